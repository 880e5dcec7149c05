// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Locale;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;

/**
 * A connection between standard input and output and a port, as telnet or nc make one. What it says
 * itself goes to standard error, so that standard output is what came over the connection.
 */
public final class Connect {
  private static final int BUFFER = 64 * 1024;

  private final Session session;
  private final String host;
  private final List<InetAddress> addresses;
  private final int port;
  private final int timeoutMillis;

  /**
   * Prepares to connect.
   *
   * @param host an address or a name
   * @param port 1 to 65535
   * @param timeoutMillis how long connecting may take, 0 for as long as TCP tries
   * @throws org.loopstack.cli.host.UserException if the name means nothing
   */
  public Connect(
      Session session, String host, HostNames.Family family, int port, int timeoutMillis) {
    this.session = session;
    this.host = host;
    this.addresses = session.stack().resolve(host, family);
    this.port = port;
    this.timeoutMillis = timeoutMillis;
  }

  /** Connects, carries both ways until both have ended, and returns the exit status. */
  public int run() throws IOException {
    int status = ExitStatus.OK;
    for (InetAddress address : addresses) {
      try (SocketChannel channel = session.stack().selectorProvider().openSocketChannel()) {
        session.onInterrupt(() -> close(channel));
        say("Trying " + HostNames.text(address) + "...");
        status = connect(channel, new InetSocketAddress(address, port));
        if (status == ExitStatus.OK) {
          return carry(channel);
        }
        if (session.isInterrupted()) {
          return ExitStatus.INTERRUPTED;
        }
      }
    }
    return status;
  }

  private int connect(SocketChannel channel, InetSocketAddress address) {
    try {
      channel.socket().connect(address, timeoutMillis);
      say("Connected to " + host + ".");
      return ExitStatus.OK;
    } catch (IOException e) {
      int status = statusOf(e);
      say(
          "lo: connect to "
              + HostNames.text(address.getAddress())
              + " port "
              + port
              + ": "
              + describe(status, e));
      return status;
    }
  }

  private int carry(SocketChannel channel) {
    Thread.ofVirtual().name("lo-connect-input").start(() -> sendInput(channel));
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    PrintStream out = session.out();
    try {
      while (channel.read(buffer.clear()) >= 0) {
        out.write(buffer.array(), 0, buffer.position());
        if (out.checkError()) {
          return ExitStatus.BROKEN_PIPE;
        }
      }
      say("Connection closed by foreign host.");
      return ExitStatus.OK;
    } catch (ClosedChannelException e) {
      return ExitStatus.INTERRUPTED;
    } catch (IOException e) {
      int status = statusOf(e);
      say("lo: " + describe(status, e) + " by " + host + " port " + port);
      return status;
    }
  }

  private void sendInput(SocketChannel channel) {
    byte[] bytes = new byte[BUFFER];
    InputStream in = session.in();
    try {
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, n);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      channel.shutdownOutput();
    } catch (IOException e) {
      // The reading side reports what became of the connection.
    }
  }

  private int statusOf(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (session.isInterrupted() || e instanceof ClosedChannelException) {
      return ExitStatus.INTERRUPTED;
    }
    if (e instanceof SocketTimeoutException || message.contains("timed out")) {
      return ExitStatus.TIMEOUT;
    }
    if (message.contains("reset") || message.contains("broken pipe")) {
      return ExitStatus.RESET;
    }
    if (message.contains("unreachable") || message.contains("no route")) {
      return ExitStatus.UNREACHABLE;
    }
    if (message.contains("cannot assign") || message.contains("not available")) {
      return ExitStatus.ADDRESS_NOT_AVAILABLE;
    }
    return e instanceof ConnectException ? ExitStatus.REFUSED : ExitStatus.IO_ERROR;
  }

  private static String describe(int status, IOException e) {
    return switch (status) {
      case ExitStatus.INTERRUPTED -> "interrupted";
      case ExitStatus.TIMEOUT -> "connection timed out";
      case ExitStatus.RESET -> "connection reset";
      case ExitStatus.REFUSED -> "connection refused";
      default -> String.valueOf(e.getMessage());
    };
  }

  private void say(String line) {
    session.err().println(line);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}
