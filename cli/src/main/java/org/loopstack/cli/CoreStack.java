// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.StackInterface;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.EchoSocket;
import org.loopstack.cli.host.HostStack;
import org.loopstack.fault.Faults;
import org.loopstack.link.Link;
import org.loopstack.link.Tapped;
import org.loopstack.wire.IpAddress;

/** One of our own stacks as the commands see it. */
final class CoreStack implements HostStack, Closeable {
  private final Stack stack;

  CoreStack(StackConfiguration configuration) {
    this.stack = Stack.create(configuration);
  }

  /** One whose loopback is shared with others. */
  CoreStack(StackConfiguration configuration, Link loopback) {
    this.stack = Stack.create(configuration, loopback);
  }

  /** The stack itself. */
  Stack stack() {
    return stack;
  }

  @Override
  public SelectorProvider selectorProvider() {
    return stack.selectorProvider();
  }

  @Override
  public StackSnapshot snapshot() {
    return stack.snapshot();
  }

  @Override
  public StackSnapshot.Route routeTo(IpAddress destination, @Nullable IpAddress source)
      throws IOException {
    return stack.routes().to(destination, source);
  }

  @Override
  public List<StackSnapshot.Interface> interfaces() {
    return stack.snapshot().interfaces();
  }

  @Override
  public List<Tapped> captured(String device) {
    return stack.interfaces().stream()
        .filter(each -> device.equals("any") || each.name().equals(device))
        .map(Tapped.class::cast)
        .toList();
  }

  @Override
  public EchoSocket openEcho(InetAddress destination, int hopLimit) throws IOException {
    IpAddress target = IpAddress.of(destination);
    var socket = stack.openEchoSocket(target.isIpv6());
    socket.setTimeToLive(hopLimit);
    return new CoreEchoSocket(socket, target);
  }

  @Override
  public @Nullable Faults faults(String interfaceName) {
    StackInterface found = stack.interfaceNamed(interfaceName);
    return found == null ? null : found.faults();
  }

  @Override
  public void close() {
    stack.close();
  }
}
