// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import org.loopstack.Stack;
import sun.nio.ch.NioSocketImpl;

/** Sockets of one world, which no hook sends round in a circle. */
final class RawSockets {
  /** Bound while the JDK is to make an implementation of its own, in the thread that asks it. */
  static final ScopedValue<Boolean> RAW = ScopedValue.newInstance();

  private RawSockets() {}

  static Socket of(Stack stack) throws SocketException {
    return new SideSocket(stack.newSocketImpl(false));
  }

  static ServerSocket listening(Stack stack) {
    return new StackServerSocket(stack);
  }

  static Socket ofMachine() throws SocketException {
    return new SideSocket(new NioSocketImpl(false));
  }

  static ServerSocket listeningOnMachine() {
    return new MachineServerSocket(new NioSocketImpl(true));
  }

  private static final class SideSocket extends Socket {
    SideSocket(SocketImpl side) throws SocketException {
      super(side);
    }
  }

  private static final class StackServerSocket extends ServerSocket {
    private final Stack stack;

    StackServerSocket(Stack stack) {
      super(stack.newSocketImpl(true));
      this.stack = stack;
    }

    @Override
    public Socket accept() throws IOException {
      Socket accepted = of(stack);
      implAccept(accepted);
      return accepted;
    }
  }

  private static final class MachineServerSocket extends ServerSocket {
    MachineServerSocket(SocketImpl platform) {
      super(platform);
    }

    /** The JDK makes the implementation of the accepted socket inside. */
    @Override
    public Socket accept() throws IOException {
      return ScopedValue.where(RAW, true).call(super::accept);
    }
  }
}
