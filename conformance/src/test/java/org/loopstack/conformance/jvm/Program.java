// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.loopstack.Stack;

/** A program that, but for one part, knows nothing of any stack; it says what it has seen. */
final class Program {
  private Program() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "http" -> http();
      case "unix" -> unix();
      case "multicast" -> multicast();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Whatever the JDK opens a datagram socket for is asked of the factory. */
  @SuppressWarnings("deprecation") // It sees each socket that the JDK opens.
  private static void multicast() throws IOException {
    AtomicInteger opened = new AtomicInteger();
    DatagramSocket.setDatagramSocketImplFactory(
        () -> {
          opened.incrementAndGet();
          throw new IllegalStateException("Nobody is to open one");
        });
    try {
      new MulticastSocket().close();
    } catch (IllegalStateException e) {
      System.out.println("the JDK's " + opened);
    }
    opened.set(0);
    InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Stack stack = Stack.create();
        MulticastSocket socket = stack.datagramSockets().multicast(local)) {
      socket.send(new DatagramPacket(new byte[] {42}, 1, socket.getLocalSocketAddress()));
      DatagramPacket packet = new DatagramPacket(new byte[2], 2);
      socket.receive(packet);
      System.out.println("received " + packet.getData()[0] + ", the stack's " + opened);
    }
  }

  private static void http() throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] body = "x".repeat(1_000_000).getBytes(UTF_8);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> response =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
      System.out.println("status " + response.statusCode() + " bytes " + response.body().length);
      System.out.println("machine's sockets " + descriptors());
      try (Selector selector = Selector.open()) {
        System.out.println("selector " + selector.getClass().getName());
      }
    }
    server.stop(0);
  }

  /**
   * The descriptors of this process that are internet sockets, or what the JDK's selectors need. A
   * Unix domain socket does not count: the JDK keeps one, connected to nothing, as a marker.
   */
  private static List<String> descriptors() throws IOException {
    List<String> sockets = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6")) {
      Path file = Path.of("/proc/self/net", table);
      if (Files.exists(file)) {
        sockets.addAll(Files.readAllLines(file));
      }
    }
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.map(Program::target)
          .filter(t -> t.contains("eventpoll") || isListed(t, sockets))
          .toList();
    }
  }

  private static boolean isListed(String target, List<String> sockets) {
    if (!target.startsWith("socket:[")) {
      return false;
    }
    String inode = target.substring("socket:[".length(), target.length() - 1);
    return sockets.stream().anyMatch(line -> line.contains(" " + inode + " "));
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }

  private static void unix() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      System.out.println("unix " + server.isOpen() + " " + client.isOpen());
    } catch (UnsupportedOperationException e) {
      System.out.println("unix refused: " + e.getMessage());
    }
  }
}
