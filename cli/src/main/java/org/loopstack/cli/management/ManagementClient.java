// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

/** One request to a running stack. */
public final class ManagementClient implements Closeable {
  private final StackName name;
  private final SocketChannel connection;
  private final DataInputStream in;
  private final DataOutputStream out;

  private ManagementClient(StackName name, SocketChannel connection) {
    this.name = name;
    this.connection = connection;
    in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(connection), 70_000));
    out = new DataOutputStream(Channels.newOutputStream(connection));
  }

  /**
   * Connects to a stack.
   *
   * @return the client, or null if no stack of that name lives
   */
  public static @Nullable ManagementClient connect(RuntimeDirectory directory, StackName name) {
    SocketChannel connection = directory.connect(name);
    return connection == null ? null : new ManagementClient(name, connection);
  }

  /** Asks the stack about itself. */
  public StackStatus status() {
    var answer = new ByteArrayOutputStream();
    var error = new ByteArrayOutputStream();
    int status = call(new Request.Status(), InputStream.nullInputStream(), answer, error);
    if (status != ExitStatus.OK) {
      String reason = error.toString(StandardCharsets.UTF_8).strip();
      throw new UserException(status, reason.replaceFirst("^lo: ", ""));
    }
    try {
      return StackStatus.fromJson(
          JsonParser.parseString(answer.toString(StandardCharsets.UTF_8)).getAsJsonObject());
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new UserException(
          ExitStatus.UNAVAILABLE, "the stack \"" + name + "\" answers what cannot be understood");
    }
  }

  /** Takes the stack down and waits until it is. */
  public void down() {
    var error = new ByteArrayOutputStream();
    int status =
        call(
            new Request.Down(),
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            error);
    if (status != ExitStatus.OK) {
      String reason = error.toString(StandardCharsets.UTF_8).strip();
      throw new UserException(status, reason.replaceFirst("^lo: ", ""));
    }
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Also an end.
    }
  }

  /**
   * Runs a command line on the stack.
   *
   * @param arguments as they were typed
   * @param directory what relative paths are relative to
   * @return the command's exit status; {@link ExitStatus#BROKEN_PIPE} if an output was closed
   */
  public int run(
      List<String> arguments,
      Path directory,
      InputStream input,
      OutputStream output,
      OutputStream error) {
    return call(new Request.Run(arguments, directory), input, output, error);
  }

  /** Interrupts the command that {@link #run} runs, as Ctrl-C does; run returns when it ends. */
  public void interrupt() {
    send(Frame.of(Frame.Type.INTERRUPT));
  }

  private int call(Request request, InputStream input, OutputStream output, OutputStream error) {
    try {
      synchronized (out) {
        out.write(request.encode());
      }
      Semaphore wanted = new Semaphore(0);
      boolean pumping = false;
      for (Frame frame = Frame.read(in); frame != null; frame = Frame.read(in)) {
        switch (frame.type()) {
          case EXIT -> {
            return Integer.parseInt(frame.text());
          }
          case WANT_INPUT -> {
            wanted.release();
            if (!pumping) {
              pumping = true;
              Thread.ofPlatform().daemon().name("lo-stdin").start(() -> pump(input, wanted));
            }
          }
          case OUTPUT, ERROR -> {
            if (!print(frame, frame.type() == Frame.Type.OUTPUT ? output : error)) {
              return ExitStatus.BROKEN_PIPE;
            }
          }
          default -> throw new IOException("not from a stack: " + frame.type());
        }
      }
    } catch (IOException | NumberFormatException e) {
      // As the end of the stream.
    }
    throw new UserException(ExitStatus.UNAVAILABLE, "the stack \"" + name + "\" went away");
  }

  private static boolean print(Frame frame, OutputStream target) {
    try {
      target.write(frame.payload());
      target.flush();
      // A PrintStream throws nothing, it remembers.
      return !(target instanceof PrintStream remembering && remembering.checkError());
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads a terminal or a pipe; such a read cannot be ended, so the thread is a daemon. */
  private void pump(InputStream input, Semaphore wanted) {
    byte[] buffer = new byte[Frame.MAX_PAYLOAD];
    try {
      while (true) {
        wanted.acquire();
        int n = input.read(buffer);
        if (n < 0) {
          send(Frame.of(Frame.Type.INPUT_END));
          return;
        }
        synchronized (out) {
          Frame.write(out, Frame.Type.INPUT, buffer, 0, n);
        }
      }
    } catch (IOException e) {
      send(Frame.of(Frame.Type.INPUT_END));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Frame frame) {
    try {
      synchronized (out) {
        frame.write(out);
      }
    } catch (IOException e) {
      // The reading side notices that the stack is gone.
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}
