// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.loopstack.Stack;

/**
 * A stack, and a machine's network whose only address is one of the machine's loopback: what a
 * program takes for an outside address, and no packet leaves the machine.
 */
final class TwoWorlds implements AutoCloseable {
  /** An address outside. */
  static final InetAddress OUTSIDE = InetAddress.ofLiteral("127.7.7.7");

  static final InetAddress INSIDE = InetAddress.ofLiteral("127.0.0.1");
  static final SelectorProvider KERNEL = SelectorProvider.provider();

  final Stack stack = Stack.create();
  final Worlds worlds =
      new Worlds(stack, new Machine(KERNEL, OUTSIDE::equals, ipv4Only -> List.of(OUTSIDE)));
  final MixedSelectorProvider provider = new MixedSelectorProvider(worlds);
  final MixedAsynchronousChannelProvider asynchronous =
      new MixedAsynchronousChannelProvider(worlds, AsynchronousChannelProvider::provider);

  static InetSocketAddress outside(int port) {
    return new InetSocketAddress(OUTSIDE, port);
  }

  static InetSocketAddress inside(int port) {
    return new InetSocketAddress(INSIDE, port);
  }

  @Override
  public void close() {
    stack.close();
  }
}
