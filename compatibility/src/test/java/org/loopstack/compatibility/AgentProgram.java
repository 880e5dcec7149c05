// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImpl;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A program that knows nothing of any stack; it says what it has seen, one line each. */
final class AgentProgram {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  /** The JDK's own, and the one thread of all stacks, begin their names so. */
  private static final List<String> KEPT =
      List.of(
          "loopstack-timers", "ForkJoinPool-", "VirtualThread-un", "MasterPoller", "SubPoller-");

  private AgentProgram() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "loopback" -> loopback();
      case "outside" -> outside();
      case "threads" -> threads();
      case "leave-open" -> open();
      case "serve" -> serve(Integer.parseInt(arguments[1]));
      case "fetch" -> fetch(arguments[1]);
      case "free-port" -> freePort();
      case "factory" -> factory();
      case "socks" -> socks(Integer.parseInt(arguments[1]));
      case "provider" -> System.out.println(SelectorProvider.provider().getClass().getName());
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  // ---------------------------------------------------------------- loopback

  /** One conversation over each of the doors; their sockets are open while they are counted. */
  private static void loopback() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
        Socket client = new Socket(LOOPBACK, server.getLocalPort());
        Socket accepted = server.accept();
        DatagramSocket left = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        DatagramSocket right = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      client.getOutputStream().write('s');
      System.out.println("socket " + (char) accepted.getInputStream().read());
      left.send(new DatagramPacket(new byte[] {'d'}, 1, right.getLocalSocketAddress()));
      DatagramPacket packet = new DatagramPacket(new byte[9], 9);
      right.receive(packet);
      System.out.println("datagram " + (char) packet.getData()[0]);
      channels();
      System.out.println("sockets of the machine " + machineSockets());
    }
  }

  private static void channels() throws Exception {
    try (Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open();
        AsynchronousServerSocketChannel listener = AsynchronousServerSocketChannel.open();
        AsynchronousSocketChannel asynchronous = AsynchronousSocketChannel.open()) {
      server.bind(new InetSocketAddress(LOOPBACK, 0)).configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
        selector.select();
        try (SocketChannel accepted = server.accept()) {
          client.write(ByteBuffer.wrap(new byte[] {'c'}));
          ByteBuffer one = ByteBuffer.allocate(1);
          accepted.read(one);
          System.out.println("channel " + (char) one.get(0));
        }
      }
      listener.bind(new InetSocketAddress(LOOPBACK, 0));
      Future<AsynchronousSocketChannel> accepting = listener.accept();
      asynchronous.connect(listener.getLocalAddress()).get();
      asynchronous.write(ByteBuffer.wrap(new byte[] {'a'})).get();
      ByteBuffer one = ByteBuffer.allocate(1);
      accepting.get().read(one).get();
      System.out.println("asynchronous " + (char) one.get(0));
      System.out.println("sockets of the machine " + machineSockets());
    }
  }

  /** The internet sockets of the machine that this process has. */
  private static List<String> machineSockets() throws IOException {
    List<String> descriptors = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : all.toList()) {
        descriptors.add(target(each));
      }
    }
    List<String> found = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
      Path file = Path.of("/proc/self/net", table);
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        String[] cells = line.strip().split(" +");
        if (cells.length > 9 && descriptors.contains("socket:[" + cells[9] + "]")) {
          found.add(table + " " + cells[1]);
        }
      }
    }
    return found;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }

  // ---------------------------------------------------------------- the machine's network

  private static void outside() throws IOException {
    InetAddress own = ownAddress();
    if (own == null) {
      System.out.println("no address");
      return;
    }
    try (ServerSocket server = new ServerSocket(0);
        Socket outside = new Socket(own, server.getLocalPort());
        Socket first = server.accept();
        Socket inside = new Socket(LOOPBACK, server.getLocalPort());
        Socket second = server.accept()) {
      outside.getOutputStream().write('o');
      System.out.println("outside " + (char) first.getInputStream().read());
      inside.getOutputStream().write('i');
      System.out.println("inside " + (char) second.getInputStream().read());
      System.out.println("sockets of the machine " + machineSockets().size());
    }
  }

  private static InetAddress ownAddress() throws IOException {
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : each.inetAddresses().toList()) {
        if (address instanceof Inet4Address && !address.isLoopbackAddress()) {
          return address;
        }
      }
    }
    return null;
  }

  private static void freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      System.out.println(socket.getLocalPort());
    }
  }

  /** Serves until its standard input ends. */
  private static void serve(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, port), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("from the stack\n".getBytes());
          exchange.close();
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    System.out.println("ready");
    int end = System.in.read();
    server.stop(end < 0 ? 0 : 1);
  }

  private static void fetch(String uri) throws IOException {
    try (var body = URI.create(uri).toURL().openStream()) {
      System.out.print(new String(body.readAllBytes()));
    }
  }

  // ---------------------------------------------------------------- what is left

  /** One of each kind, all in use on every address of this JVM. */
  private static List<AutoCloseable> open() throws Exception {
    List<AutoCloseable> open = new ArrayList<>();
    InetSocketAddress any = new InetSocketAddress(0);
    ServerSocket server = new ServerSocket(0);
    open.add(server);
    open.add(new Socket(LOOPBACK, server.getLocalPort()));
    open.add(server.accept());
    open.add(new DatagramSocket());
    open.add(new MulticastSocket(0));
    Selector selector = Selector.open();
    open.add(selector);
    ServerSocketChannel listener = ServerSocketChannel.open().bind(any);
    open.add(listener);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    open.add(DatagramChannel.open().bind(any));
    selector.selectNow();
    AsynchronousChannelGroup group =
        AsynchronousChannelGroup.withFixedThreadPool(1, Thread.ofPlatform().daemon().factory());
    open.add(group::shutdownNow);
    AsynchronousServerSocketChannel asynchronous = AsynchronousServerSocketChannel.open(group);
    open.add(asynchronous.bind(any));
    AsynchronousSocketChannel client = AsynchronousSocketChannel.open(group);
    open.add(client);
    Future<AsynchronousSocketChannel> accepted = asynchronous.accept();
    int port = ((InetSocketAddress) asynchronous.getLocalAddress()).getPort();
    client.connect(new InetSocketAddress(LOOPBACK, port)).get();
    open.add(accepted.get());
    return open;
  }

  /** The threads that are there more, platform and virtual ones, when all is closed again. */
  private static void threads() throws Exception {
    Path dump = Files.createTempDirectory("threads").resolve("dump");
    Set<String> before = threadNames(dump);
    for (AutoCloseable each : open()) {
      each.close();
    }
    Instant end = Instant.now().plusSeconds(20);
    Set<String> more;
    do {
      more = threadNames(dump);
      more.removeAll(before);
    } while (!more.isEmpty() && Instant.now().isBefore(end));
    System.out.println("threads " + more);
    Files.deleteIfExists(dump.getParent());
  }

  private static Set<String> threadNames(Path dump) throws IOException {
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(dump)) {
      // #12 "name" virtual RUNNABLE
      if (line.startsWith("#")) {
        names.add(line.split("\"", 3)[1]);
      }
    }
    names.removeIf(name -> KEPT.stream().anyMatch(name::startsWith));
    Files.delete(dump);
    return names;
  }

  // ---------------------------------------------------------------- what is the application's

  @SuppressWarnings("deprecation") // What the test is about.
  private static void factory() throws IOException {
    AtomicInteger made = new AtomicInteger();
    Socket.setSocketImplFactory(
        () -> {
          made.incrementAndGet();
          return new OwnSocketImpl();
        });
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(LOOPBACK, 9));
    }
    System.out.println("made " + made + " connected " + OwnSocketImpl.CONNECTED);
  }

  /** The proxy that the properties name is a server of this program's. */
  private static void socks(int port) throws Exception {
    try (ServerSocket proxy = new ServerSocket(port, 1, LOOPBACK);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> version =
          threads.submit(
              () -> {
                try (Socket accepted = proxy.accept()) {
                  return accepted.getInputStream().read();
                }
              });
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("192.0.2.1", 80), 20_000);
      } catch (IOException e) {
        System.out.println("refused by the proxy");
      }
      System.out.println("socks " + version.get());
    }
  }

  /** Connects to nothing, and says so. */
  private static final class OwnSocketImpl extends SocketImpl {
    static final List<Object> CONNECTED = new ArrayList<>();

    @Override
    protected void create(boolean stream) {}

    @Override
    protected void connect(String host, int toPort) {
      CONNECTED.add(host);
    }

    @Override
    protected void connect(InetAddress to, int toPort) {
      CONNECTED.add(to);
    }

    @Override
    protected void connect(java.net.SocketAddress to, int timeout) {
      CONNECTED.add(to);
    }

    @Override
    protected void bind(InetAddress host, int toPort) {}

    @Override
    protected void listen(int backlog) {}

    @Override
    protected void accept(SocketImpl s) throws IOException {
      throw new IOException("it does not listen");
    }

    @Override
    protected java.io.InputStream getInputStream() {
      return java.io.InputStream.nullInputStream();
    }

    @Override
    protected java.io.OutputStream getOutputStream() {
      return java.io.OutputStream.nullOutputStream();
    }

    @Override
    protected int available() {
      return 0;
    }

    @Override
    protected void close() {}

    @Override
    protected void sendUrgentData(int data) {}

    @Override
    public void setOption(int option, Object value) {}

    @Override
    public Object getOption(int option) {
      return 0;
    }
  }
}
