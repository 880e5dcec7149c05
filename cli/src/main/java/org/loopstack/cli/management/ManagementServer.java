// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostStack;
import org.loopstack.cli.host.Session;

/**
 * The listening side of a stack's management socket. Each connection carries one request and has a
 * thread of its own; when whoever sent it goes away, the command it started is interrupted.
 */
public final class ManagementServer implements Closeable {
  /** What can be asked of a stack. */
  public interface Handler {
    /** What the stack tells about itself. */
    StackStatus status();

    /** What commands run on. */
    HostStack stack();

    /** Begins to take the stack down; returns without waiting for that. */
    void down();

    /** Runs a command line of {@code lo} and returns its exit status; never throws. */
    int run(List<String> arguments, Session session);
  }

  private static final long PAUSE_NANOS = 1_000_000;

  private final RuntimeDirectory directory;
  private final StackName name;
  private final Handler handler;
  private final ServerSocketChannel listener;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

  /**
   * Takes the name; {@link #start} begins to answer.
   *
   * @throws org.loopstack.cli.host.UserException if the name is taken
   */
  public ManagementServer(RuntimeDirectory directory, StackName name, Handler handler) {
    this.directory = directory;
    this.name = name;
    this.handler = handler;
    this.listener = directory.claim(name);
  }

  /** Begins to answer; whoever connected before has been waiting. */
  public void start() {
    Thread.ofVirtual().name("lo-management").start(this::accept);
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel connection = listener.accept();
        connections.add(connection);
        Thread.ofVirtual().name("lo-request").start(() -> serve(connection));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // A client that left before it was accepted, or no file descriptor left: without a pause
        // the
        // latter would spin.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      if (!isOurUser(connection)) {
        return;
      }
      var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(connection)));
      var out =
          new DataOutputStream(
              new BufferedOutputStream(
                  Channels.newOutputStream(connection), Frame.MAX_PAYLOAD + 5));
      answer(in, out);
    } catch (IOException e) {
      // The client is gone; there is nobody to tell.
    } finally {
      connections.remove(connection);
    }
  }

  /** The directory keeps others out already; this holds even where it was opened by mistake. */
  private static boolean isOurUser(SocketChannel connection) throws IOException {
    if (!connection.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
      return true;
    }
    String peer = connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
    return peer.equals(System.getProperty("user.name")) || peer.equals("root");
  }

  private void answer(DataInputStream in, DataOutputStream out) throws IOException {
    Request request;
    try {
      request = Request.read(in);
    } catch (IOException e) {
      Frame.of(Frame.Type.ERROR, "lo: " + e.getMessage() + "\n").write(out);
      exit(out, ExitStatus.UNAVAILABLE);
      return;
    }
    switch (request) {
      case Request.Status _ -> {
        Frame.of(Frame.Type.OUTPUT, handler.status().toJson() + "\n").write(out);
        exit(out, ExitStatus.OK);
      }
      case Request.Down _ -> {
        exit(out, ExitStatus.OK);
        handler.down();
        // The connection stays until close(): its end tells the client that the stack is down.
        in.transferTo(OutputStream.nullOutputStream());
      }
      case Request.Run run -> run(run, in, out);
    }
  }

  private void run(Request.Run run, DataInputStream in, DataOutputStream out) throws IOException {
    RemoteInput input = new RemoteInput(out);
    try (PrintStream output = stream(out, Frame.Type.OUTPUT);
        PrintStream error = stream(out, Frame.Type.ERROR)) {
      Session session =
          new Session(handler.stack(), input.stream(), output, error, run.directory());
      Thread.ofVirtual().name("lo-request-input").start(() -> listen(in, input, session));
      int status = handler.run(run.arguments(), session);
      output.flush();
      error.flush();
      exit(out, status);
    }
  }

  private static void listen(DataInputStream in, RemoteInput input, Session session) {
    try {
      for (Frame frame = Frame.read(in); frame != null; frame = Frame.read(in)) {
        switch (frame.type()) {
          case INPUT -> input.offer(frame.payload());
          case INPUT_END -> input.end();
          case INTERRUPT -> session.interrupt();
          default -> throw new IOException("not for a stack: " + frame.type());
        }
      }
    } catch (IOException e) {
      // As the end of the stream: the client is gone.
    }
    input.end();
    session.interrupt();
  }

  private static PrintStream stream(DataOutputStream out, Frame.Type type) {
    return new PrintStream(
        new BufferedOutputStream(new RemoteOutput(out, type), 8192),
        type == Frame.Type.ERROR,
        StandardCharsets.UTF_8);
  }

  private static void exit(DataOutputStream out, int status) throws IOException {
    synchronized (out) {
      Frame.of(Frame.Type.EXIT, Integer.toString(status)).write(out);
    }
  }

  /** Gives the name back, then ends all connections, and with them the commands that they run. */
  @Override
  public void close() {
    directory.release(name, listener);
    for (SocketChannel connection : connections) {
      try {
        connection.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}
