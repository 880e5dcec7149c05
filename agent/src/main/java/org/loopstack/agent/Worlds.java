// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.socket.StackSelectorProvider;

/**
 * The two networks of a JVM: a stack for loopback addresses, and the machine's for all others.
 *
 * @param stack never null; open as long as the JVM runs
 * @param machine null if there is no machine's network, so that every address is the stack's to
 *     answer: "Network is unreachable"
 */
record Worlds(Stack stack, @Nullable Machine machine) {
  StackSelectorProvider inside() {
    return (StackSelectorProvider) stack.selectorProvider();
  }

  /** The machine's provider, where an address {@linkplain #isOutside was found} to be its. */
  SelectorProvider outside() {
    if (machine == null) {
      throw new IllegalStateException("There is no machine's network");
    }
    return machine.provider();
  }

  /** Whether the machine's network is the one to reach or to hold an address. */
  boolean isOutside(InetAddress address) {
    return machine != null && !address.isAnyLocalAddress() && machine.reaches().test(address);
  }

  /** As {@link #isOutside(InetAddress)}; what is not a resolved IP address is no one's. */
  boolean isOutside(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && isOutside(inet.getAddress());
  }

  /** Whether binding there means both worlds. */
  boolean isBoth(@Nullable SocketAddress address) {
    return machine != null
        && (address == null
            || address instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && inet.getAddress().isAnyLocalAddress());
  }

  /**
   * The machine's addresses that are not loopback ones: where a wildcard listener listens outside.
   * Not the wildcard itself, because that would take the port on the machine's loopback, too.
   *
   * @param ipv4Only whether to leave IPv6 out
   */
  List<InetAddress> outsideAddresses(boolean ipv4Only) throws SocketException {
    return machine == null ? List.of() : machine.addresses().get(ipv4Only);
  }

  /**
   * What to tell a socket that is bound on the stack of an address outside. To the machine's
   * kernel, which has ways there, it is the socket's loopback address that does not fit.
   */
  IOException told(IOException why, @Nullable SocketAddress remote) {
    boolean unreachable =
        why instanceof SocketException && "Network is unreachable".equals(why.getMessage());
    if (unreachable
        && isOutside(remote)
        && remote instanceof InetSocketAddress inet
        && inet.getAddress() instanceof Inet4Address) {
      SocketException invalid = new SocketException("Invalid argument");
      invalid.initCause(why);
      return invalid;
    }
    return why;
  }

  /** The options that a stream channel has in both worlds. */
  Set<SocketOption<?>> streamOptions() throws IOException {
    Set<SocketOption<?>> options = new HashSet<>();
    try (SocketChannel channel = inside().openSocketChannel()) {
      options.addAll(channel.supportedOptions());
    }
    if (machine != null) {
      try (SocketChannel channel = machine.provider().openSocketChannel()) {
        options.retainAll(channel.supportedOptions());
      }
    }
    return Set.copyOf(options);
  }
}
