// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.loopstack.Stack;

/**
 * Virtual threads in blocking echo conversations, all at once, under a flight recording. Each
 * client has one thread, and so has each server of it.
 */
final class ManyThreadsProgram {
  private static final String PINNED = "jdk.VirtualThreadPinned";
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int ROUNDS = 3;
  private static final int BACKLOG = 4096;

  /** One kind of blocking socket. */
  private interface Door {
    Listener listen() throws IOException;

    ByteChannel connect(int port) throws IOException;
  }

  /** What accepts. */
  private interface Listener extends AutoCloseable {
    int port() throws IOException;

    ByteChannel accept() throws IOException;

    @Override
    void close() throws IOException;
  }

  private final Door door;

  private ManyThreadsProgram(Door door) {
    this.door = door;
  }

  /** The arguments: how many clients, "sockets" or "channels", "jvm" or "instance". */
  public static void main(String[] arguments) throws Exception {
    int clients = Integer.parseInt(arguments[0]);
    boolean channels = arguments[1].equals("channels");
    if (arguments[2].equals("jvm")) {
      new ManyThreadsProgram(
              channels
                  ? channels(SelectorProvider.provider())
                  : sockets(SocketFactory.getDefault(), ServerSocketFactory.getDefault()))
          .run(clients);
    } else {
      try (Stack stack = Stack.create()) {
        new ManyThreadsProgram(
                channels
                    ? channels(stack.selectorProvider())
                    : sockets(stack.socketFactory(), stack.serverSocketFactory()))
            .run(clients);
      }
    }
  }

  private void run(int clients) throws Exception {
    // A class that is being initialized pins whoever waits for it, whatever it is for. The stack's
    // events are loaded once somebody records.
    try (Recording all = new Recording()) {
      all.start();
      warmUp();
    }
    try (Recording recording = new Recording()) {
      recording.enable(PINNED).withStackTrace().withThreshold(Duration.ZERO);
      FlightRecorder.getFlightRecorder().getEventTypes().stream()
          .map(EventType::getName)
          .filter(name -> name.startsWith("loopstack."))
          .forEach(recording::disable);
      recording.start();
      System.out.println("finished " + converse(clients));
      recording.stop();
      Path file = Files.createTempFile("pinned", ".jfr");
      try {
        recording.dump(file);
        List<RecordedEvent> pinned =
            RecordingFile.readAllEvents(file).stream()
                .filter(each -> each.getEventType().getName().equals(PINNED))
                .filter(each -> !isOfRecorder(each))
                .toList();
        System.out.println("pinned " + pinned.size());
        pinned.stream().limit(10).forEach(System.out::println);
      } finally {
        Files.delete(file);
      }
    }
  }

  /** Whether the recorder pins, whose first event of a kind waits while it links, not the stack. */
  private static boolean isOfRecorder(RecordedEvent pinned) {
    return pinned.getStackTrace() != null
        && pinned.getStackTrace().getFrames().stream()
            .anyMatch(
                frame -> frame.getMethod().getType().getName().startsWith("org.loopstack.event."));
  }

  /** One conversation on platform threads, and one on virtual ones. */
  private void warmUp() throws Exception {
    try (Listener listener = door.listen();
        ByteChannel client = door.connect(listener.port());
        ByteChannel accepted = listener.accept()) {
      write(client, "x");
      String _ = read(accepted, 1);
    }
    int _ = converse(1);
  }

  // ---------------------------------------------------------------- conversations

  private int converse(int clients) throws Exception {
    CountDownLatch connected = new CountDownLatch(clients);
    try (Listener listener = door.listen();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int port = listener.port();
      Future<?> accepting =
          threads.submit(
              () -> {
                for (int i = 0; i < clients; i++) {
                  ByteChannel accepted = listener.accept();
                  threads.submit(() -> echo(accepted));
                }
                return null;
              });
      List<Future<Boolean>> talking = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int id = i;
        talking.add(threads.submit(() -> talk(port, id, connected)));
      }
      accepting.get();
      int finished = 0;
      for (Future<Boolean> each : talking) {
        finished += each.get() ? 1 : 0;
      }
      return finished;
    }
  }

  private static Void echo(ByteChannel accepted) throws IOException {
    try (accepted) {
      ByteBuffer data = ByteBuffer.allocate(64);
      while (accepted.read(data) >= 0) {
        data.flip();
        while (data.hasRemaining()) {
          accepted.write(data);
        }
        data.clear();
      }
    }
    return null;
  }

  /** Talks when all are there, so that all conversations stand at once. */
  private boolean talk(int port, int id, CountDownLatch connected) throws Exception {
    try (ByteChannel client = door.connect(port)) {
      connected.countDown();
      connected.await();
      for (int round = 0; round < ROUNDS; round++) {
        String said = id + " " + round;
        write(client, said);
        if (!read(client, said.length()).equals(said)) {
          return false;
        }
      }
      return true;
    }
  }

  private static void write(ByteChannel channel, String text) throws IOException {
    ByteBuffer data = StandardCharsets.US_ASCII.encode(text);
    while (data.hasRemaining()) {
      channel.write(data);
    }
  }

  private static String read(ByteChannel channel, int length) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(length);
    while (data.hasRemaining() && channel.read(data) >= 0) {}
    return StandardCharsets.US_ASCII.decode(data.flip()).toString();
  }

  // ---------------------------------------------------------------- doors

  private static Door channels(SelectorProvider provider) {
    return new Door() {
      @Override
      public Listener listen() throws IOException {
        ServerSocketChannel server = provider.openServerSocketChannel();
        server.bind(new InetSocketAddress(LOOPBACK, 0), BACKLOG);
        return new Listener() {
          @Override
          public int port() throws IOException {
            return ((InetSocketAddress) server.getLocalAddress()).getPort();
          }

          @Override
          public ByteChannel accept() throws IOException {
            return server.accept();
          }

          @Override
          public void close() throws IOException {
            server.close();
          }
        };
      }

      @Override
      public ByteChannel connect(int port) throws IOException {
        SocketChannel client = provider.openSocketChannel();
        client.connect(new InetSocketAddress(LOOPBACK, port));
        return client;
      }
    };
  }

  private static Door sockets(SocketFactory clients, ServerSocketFactory servers) {
    return new Door() {
      @Override
      public Listener listen() throws IOException {
        ServerSocket server = servers.createServerSocket(0, BACKLOG, LOOPBACK);
        return new Listener() {
          @Override
          public int port() {
            return server.getLocalPort();
          }

          @Override
          public ByteChannel accept() throws IOException {
            return new SocketBytes(server.accept());
          }

          @Override
          public void close() throws IOException {
            server.close();
          }
        };
      }

      @Override
      public ByteChannel connect(int port) throws IOException {
        return new SocketBytes(clients.createSocket(LOOPBACK, port));
      }
    };
  }

  /** A socket's streams. */
  private record SocketBytes(Socket socket) implements ByteChannel {
    @Override
    public int read(ByteBuffer target) throws IOException {
      int count =
          socket.getInputStream().read(target.array(), target.position(), target.remaining());
      target.position(target.position() + Math.max(count, 0));
      return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      socket.getOutputStream().write(source.array(), source.position(), count);
      source.position(source.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return !socket.isClosed();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
