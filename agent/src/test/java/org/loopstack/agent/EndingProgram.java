// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A program that talks to itself, ends itself with status 3, and says a last word in a hook. */
final class EndingProgram {
  static final int LAST_WORD = 77;

  private EndingProgram() {}

  public static void main(String[] arguments) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(EndingProgram::lastWord));
    InetAddress loopback = InetAddress.getLoopbackAddress();
    ServerSocket server = new ServerSocket(0, 1, loopback);
    Socket client = new Socket(loopback, server.getLocalPort());
    Socket accepted = server.accept();
    client.getOutputStream().write(new byte[10]);
    if (accepted.getInputStream().readNBytes(10).length == 10) {
      System.exit(3);
    }
  }

  private static void lastWord() {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.send(
          new DatagramPacket(new byte[LAST_WORD], LAST_WORD, socket.getLocalSocketAddress()));
    } catch (IOException e) {
      System.err.println(e);
    }
  }
}
