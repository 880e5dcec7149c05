// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostStack;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementServer;
import org.loopstack.cli.management.RuntimeDirectory;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.management.StackStatus;
import org.loopstack.cli.service.EchoService;
import org.loopstack.cli.service.HttpService;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.PortMapping.Protocol;
import org.loopstack.relay.PortTakenException;
import org.loopstack.relay.Publisher;

/**
 * A stack that this process runs, with all that {@code lo up} puts around it: its name, its
 * services, what is published of it, and the door through which it is managed.
 */
final class HostedStack implements Closeable {
  private final StackName name;
  private final String profile;
  private final HostStack stack;
  private final Instant since = Instant.now();
  private final ManagementServer management;
  private final List<Closeable> services = new ArrayList<>();
  private final Publisher publisher;
  private final Publisher reverse;
  private final List<InetAddress> addresses = new ArrayList<>();

  private HostedStack(
      RuntimeDirectory directory,
      StackName name,
      String profile,
      HostStack stack,
      SelectorProvider machine,
      Runnable down) {
    this.name = name;
    this.profile = profile;
    this.stack = stack;
    this.management = new ManagementServer(directory, name, new Door(down));
    this.publisher = new Publisher(machine, stack.selectorProvider());
    this.reverse = new Publisher(stack.selectorProvider(), machine);
  }

  /**
   * Takes the name. Nothing else happens before {@link #open}.
   *
   * @param down called, without waiting for it, when somebody asks to take the stack down
   * @throws org.loopstack.cli.host.UserException if the name is taken
   */
  static HostedStack claim(
      RuntimeDirectory directory, StackName name, String profile, HostStack stack, Runnable down) {
    return new HostedStack(directory, name, profile, stack, SelectorProvider.provider(), down);
  }

  /** Has the services listen at an address of the stack beside 127.0.0.1 and ::1. */
  void listenAt(InetAddress address) {
    addresses.add(address);
  }

  /**
   * Lets ports of the stack's loopback lead to ports of the machine's.
   *
   * @param mappings with the stack's port first
   */
  void reach(List<PortMapping> mappings) {
    for (PortMapping each : mappings) {
      try {
        reverse.publish(each);
      } catch (IOException e) {
        throw new UserException(
            ExitStatus.TAKEN,
            "--reach: port "
                + each.hostPort()
                + " of the stack is there twice for "
                + each.protocol().text());
      }
    }
  }

  /**
   * Starts the services and publishes what is asked for.
   *
   * @param mappings what is published exactly as it says
   * @param withServices whether to start HTTP and echo
   * @param publishServices whether to publish those near their own ports, unless the mappings name
   *     them
   * @param accessLog is given a line per HTTP request
   */
  void open(
      List<PortMapping> mappings,
      boolean withServices,
      boolean publishServices,
      Consumer<String> accessLog)
      throws IOException {
    for (PortMapping mapping : mappings) {
      publish(() -> publisher.publish(mapping));
    }
    if (withServices) {
      SelectorProvider sockets = stack.selectorProvider();
      services.add(HttpService.start(sockets, HttpService.PORT, addresses, null, accessLog));
      services.add(EchoService.start(sockets, EchoService.PORT, addresses));
    }
    if (publishServices) {
      publishNear(mappings, Set.of(Protocol.TCP), HttpService.PORT);
      publishNear(mappings, Set.of(Protocol.TCP, Protocol.UDP), EchoService.PORT);
    }
    management.start();
  }

  private void publishNear(List<PortMapping> mappings, Set<Protocol> protocols, int port) {
    if (mappings.stream().noneMatch(mapping -> mapping.port() == port)) {
      publish(
          () -> {
            int _ = publisher.publishNear(protocols, port);
          });
    }
  }

  private interface Publishing {
    void run() throws IOException;
  }

  private static void publish(Publishing publishing) {
    try {
      publishing.run();
    } catch (IOException e) {
      int status = e instanceof PortTakenException ? ExitStatus.TAKEN : ExitStatus.NO_PERMISSION;
      throw new UserException(status, String.valueOf(e.getMessage()));
    }
  }

  /** What is published. */
  List<PortMapping> published() {
    return publisher.mappings();
  }

  /** Whether it is published on ::1 too. */
  boolean isPublishedOnInet6() {
    return publisher.hasInet6();
  }

  /** The stack itself. */
  HostStack stack() {
    return stack;
  }

  /** Ends everything; last of all the name becomes free. */
  @Override
  public void close() throws IOException {
    try {
      publisher.close();
      reverse.close();
      for (Closeable service : services) {
        service.close();
      }
    } finally {
      management.close();
    }
  }

  /** Who answers the management socket. */
  private final class Door implements ManagementServer.Handler {
    private final Runnable down;

    Door(Runnable down) {
      this.down = down;
    }

    @Override
    public StackStatus status() {
      List<String> all = new ArrayList<>();
      for (StackSnapshot.Interface one : stack.interfaces()) {
        for (StackSnapshot.Address address : one.addresses()) {
          all.add(address.address() + "/" + address.prefixLength());
        }
      }
      List<StackStatus.Published> published =
          publisher.mappings().stream()
              .map(m -> new StackStatus.Published(m.protocol().text(), m.hostPort(), m.port()))
              .toList();
      return new StackStatus(
          name.text(), ProcessHandle.current().pid(), since, profile, all, published);
    }

    @Override
    public HostStack stack() {
      return stack;
    }

    @Override
    public void down() {
      down.run();
    }

    @Override
    public int run(List<String> arguments, Session session) {
      return Lo.run(Environment.of(session), arguments.toArray(String[]::new));
    }
  }
}
