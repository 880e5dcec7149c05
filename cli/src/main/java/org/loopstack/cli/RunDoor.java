// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.EchoSocket;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostStack;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementServer;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.management.StackStatus;
import org.loopstack.fault.Faults;
import org.loopstack.link.LinkCounters;
import org.loopstack.link.Tapped;
import org.loopstack.linux.loopback.KernelLoopback;
import org.loopstack.wire.IpAddress;

/** Who answers the management socket of {@code lo run}. */
final class RunDoor implements ManagementServer.Handler {
  /** What {@code lo ls} says in the place of a profile. */
  static final String PROFILE = "kernel";

  private final StackName name;
  private final KernelLoopback loopback;
  private final @Nullable CoreStack stack;
  private final Instant since = Instant.now();
  private volatile Runnable down = () -> {};

  /**
   * A door.
   *
   * @param stack that shares the loopback with the kernel, or null
   */
  RunDoor(StackName name, KernelLoopback loopback, @Nullable CoreStack stack) {
    this.name = name;
    this.loopback = loopback;
    this.stack = stack;
  }

  void onDown(Runnable action) {
    down = action;
  }

  @Override
  public StackStatus status() {
    return new StackStatus(
        name.text(),
        ProcessHandle.current().pid(),
        since,
        PROFILE,
        List.of("127.0.0.1/8", "::1/128"),
        List.of());
  }

  @Override
  public HostStack stack() {
    return new Shared();
  }

  @Override
  public void down() {
    down.run();
  }

  @Override
  public int run(List<String> arguments, Session session) {
    return Lo.run(Environment.of(session), arguments.toArray(String[]::new));
  }

  /**
   * The loopback as the commands see it. Its rules and counters are those of all that passes; its
   * sockets are the stack's that answers there, if one does: the kernel's are reached from inside
   * only.
   */
  private final class Shared implements HostStack {
    private CoreStack needed() {
      if (stack == null) {
        throw new UserException(
            ExitStatus.USAGE,
            "\"%1$s\" is a loopback of the kernel's; %2$s exec %1$s -- COMMAND runs a program on it"
                .formatted(name, Environment.command()));
      }
      return stack;
    }

    @Override
    public SelectorProvider selectorProvider() {
      return needed().selectorProvider();
    }

    @Override
    public StackSnapshot snapshot() {
      return needed().snapshot();
    }

    @Override
    public StackSnapshot.Route routeTo(IpAddress destination, @Nullable IpAddress source)
        throws IOException {
      return needed().routeTo(destination, source);
    }

    @Override
    public EchoSocket openEcho(InetAddress destination, int hopLimit) throws IOException {
      return needed().openEcho(destination, hopLimit);
    }

    @Override
    public List<StackSnapshot.Interface> interfaces() {
      LinkCounters c = loopback.counters();
      return List.of(
          new StackSnapshot.Interface(
              1,
              loopback.name(),
              List.of("LOOPBACK", "UP", "LOWER_UP"),
              loopback.mtu(),
              "noqueue",
              "UNKNOWN",
              "default",
              1000,
              "loopback",
              "00:00:00:00:00:00",
              "00:00:00:00:00:00",
              List.of(
                  address(IpAddress.IPV4_LOOPBACK, 8, loopback.name()),
                  address(IpAddress.IPV6_LOOPBACK, 128, null)),
              new StackSnapshot.Counters(
                  c.receivedBytes(),
                  c.receivedPackets(),
                  c.receiveErrors(),
                  c.droppedTotal(),
                  c.transmittedBytes(),
                  c.transmittedPackets(),
                  c.transmitErrors(),
                  c.drops())));
    }

    private static StackSnapshot.Address address(
        IpAddress address, int prefixLength, @Nullable String label) {
      return new StackSnapshot.Address(
          address,
          prefixLength,
          null,
          "host",
          label,
          false,
          StackSnapshot.FOREVER,
          StackSnapshot.FOREVER);
    }

    @Override
    public List<Tapped> captured(String device) {
      return device.equals("any") || device.equals(loopback.name()) ? List.of(loopback) : List.of();
    }

    @Override
    public @Nullable Faults faults(String interfaceName) {
      return interfaceName.equals(loopback.name()) ? loopback.faults() : null;
    }
  }
}
