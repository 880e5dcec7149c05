// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.MulticastSocket;
import java.net.SocketAddress;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK hands out in a JVM that the agent was put into. It is one stack for all runs, so
 * that a case which leaves something behind is seen by the next.
 */
final class AgentSubject implements Subject {
  static final String NAME = "agent";

  AgentSubject() {
    if (!provider().getClass().getPackageName().equals("org.loopstack.agent")) {
      throw new IllegalStateException("this JVM is not under the agent: " + provider());
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SelectorProvider provider() {
    return SelectorProvider.provider();
  }

  @Override
  public SocketFactory sockets() {
    return SocketFactory.getDefault();
  }

  @Override
  public ServerSocketFactory serverSockets() {
    return ServerSocketFactory.getDefault();
  }

  @Override
  public DatagramSocket datagramSocket(@Nullable SocketAddress local) throws IOException {
    return new DatagramSocket(local);
  }

  @Override
  public MulticastSocket multicastSocket(@Nullable SocketAddress local) throws IOException {
    return new MulticastSocket(local);
  }

  @Override
  public AsynchronousChannelProvider asynchronous() {
    return AsynchronousChannelProvider.provider();
  }

  @Override
  public void close() {}
}
