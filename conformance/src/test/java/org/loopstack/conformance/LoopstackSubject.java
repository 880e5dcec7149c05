// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.MulticastSocket;
import java.net.SocketAddress;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.StackInterface;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpPrefix;

/**
 * A stack of our own, made for one run and closed after it. Like the machine that the kernel's
 * cases run on it has a way off the loopback, so that both can show that nothing of 127/8 takes it.
 */
final class LoopstackSubject implements Subject {
  static final String NAME = "loopstack";

  private final Stack stack = Stack.create();

  LoopstackSubject() {
    try {
      Wire wire = new Wire(stack.engine().scheduler());
      StackInterface elsewhere = stack.addInterface("eth0", wire.left(), "192.0.2.1/24");
      stack.routes().add(IpPrefix.parse("0.0.0.0/0"), elsewhere);
    } catch (IOException e) {
      stack.close();
      throw new UncheckedIOException("the stack cannot be set up", e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SelectorProvider provider() {
    return stack.selectorProvider();
  }

  @Override
  public SocketFactory sockets() {
    return stack.socketFactory();
  }

  @Override
  public ServerSocketFactory serverSockets() {
    return stack.serverSocketFactory();
  }

  @Override
  public DatagramSocket datagramSocket(@Nullable SocketAddress local) throws IOException {
    return stack.datagramSockets().datagram(local);
  }

  @Override
  public MulticastSocket multicastSocket(@Nullable SocketAddress local) throws IOException {
    return stack.datagramSockets().multicast(local);
  }

  @Override
  public AsynchronousChannelProvider asynchronous() {
    return stack.asynchronousChannelProvider();
  }

  @Override
  public void close() {
    stack.close();
  }
}
