// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * The fixture of one run of a {@link Case}: opens channels of the subject in the family of the run,
 * starts threads of the kind of the run, and closes all of them afterwards.
 */
public final class Net implements AutoCloseable {
  private final Subject subject;
  private final Family family;
  private final Threads threads;
  private final ConcurrentLinkedDeque<Closeable> opened = new ConcurrentLinkedDeque<>();

  Net(Subject subject, Family family, Threads threads) {
    this.subject = subject;
    this.family = family;
    this.threads = threads;
  }

  /** The family of this run. */
  public Family family() {
    return family;
  }

  /** The loopback interface of the subject. */
  public NetworkInterface lo() throws SocketException {
    return subject.lo();
  }

  /** An address from a literal; nothing is looked up. */
  public static InetAddress ip(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address literal: " + literal, e);
    }
  }

  /** A socket address from a literal; nothing is looked up. */
  public static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(ip(literal), port);
  }

  /** The loopback address of this family. */
  public InetAddress loopback() {
    return ip(family.loopback());
  }

  /** The loopback address of this family with a port. */
  public InetSocketAddress loopback(int port) {
    return new InetSocketAddress(loopback(), port);
  }

  /** The loopback address of this family with a port to be chosen by the subject. */
  public InetSocketAddress anyPort() {
    return loopback(0);
  }

  /** The wildcard address of this family with a port. */
  public InetSocketAddress wildcard(int port) {
    return at(family.wildcard(), port);
  }

  /** Closes the channel or socket when the run ends. */
  public <C extends Closeable> C track(C closeable) {
    opened.push(closeable);
    return closeable;
  }

  /** A new stream channel, neither bound nor connected. */
  public SocketChannel tcp() throws IOException {
    return track(subject.provider().openSocketChannel(family.protocol()));
  }

  /** A new stream channel connected to this address. */
  public SocketChannel connect(InetSocketAddress address) throws IOException {
    SocketChannel channel = tcp();
    channel.connect(address);
    return channel;
  }

  /** A new listening channel, not bound. */
  public ServerSocketChannel server() throws IOException {
    return track(subject.provider().openServerSocketChannel(family.protocol()));
  }

  /** A new channel that listens on the loopback address with a port of the subject's choice. */
  public ServerSocketChannel listen() throws IOException {
    return server().bind(anyPort());
  }

  /** Accepts, and closes what was accepted when the run ends. */
  public SocketChannel accept(ServerSocketChannel server) throws IOException {
    return track(server.accept());
  }

  /** The two ends of a new connection. */
  public Pair pair() throws IOException {
    try (ServerSocketChannel server = listen()) {
      return pair(server);
    }
  }

  /** The two ends of a new connection to this listener. */
  public Pair pair(ServerSocketChannel server) throws IOException {
    SocketChannel client = connect(local(server));
    return new Pair(client, accept(server));
  }

  /** A new datagram channel, not bound. */
  public DatagramChannel udp() throws IOException {
    return track(subject.provider().openDatagramChannel(family.protocol()));
  }

  /** A new datagram channel bound to the loopback address with a port of the subject's choice. */
  public DatagramChannel boundUdp() throws IOException {
    return udp().bind(anyPort());
  }

  /** A new datagram channel connected to this one's local address. */
  public DatagramChannel udpTo(DatagramChannel peer) throws IOException {
    return udp().connect(peer.getLocalAddress());
  }

  /** A new selector. */
  public Selector selector() throws IOException {
    return track(subject.provider().openSelector());
  }

  /** A new pipe. */
  public Pipe pipe() throws IOException {
    Pipe pipe = subject.provider().openPipe();
    track(pipe.source());
    track(pipe.sink());
    return pipe;
  }

  // ---------------------------------------------------------------- java.net

  /** What makes sockets of {@code java.net}. */
  public SocketFactory sockets() {
    return subject.sockets();
  }

  /** What makes server sockets of {@code java.net}. */
  public ServerSocketFactory serverSockets() {
    return subject.serverSockets();
  }

  /** A new socket without a channel, neither bound nor connected. */
  public Socket socket() throws IOException {
    return track(subject.sockets().createSocket());
  }

  /** A new socket without a channel, connected to this address. */
  public Socket socketTo(SocketAddress address) throws IOException {
    Socket socket = socket();
    socket.connect(address);
    return socket;
  }

  /** A new server socket without a channel, not bound. */
  public ServerSocket serverSocket() throws IOException {
    return track(subject.serverSockets().createServerSocket());
  }

  /** A new server socket that listens on the loopback with a port of the subject's choice. */
  public ServerSocket listeningSocket() throws IOException {
    ServerSocket server = serverSocket();
    server.bind(anyPort());
    return server;
  }

  /** The two ends of a new connection as sockets without channels. */
  public SocketPair socketPair() throws IOException {
    try (ServerSocket server = listeningSocket()) {
      Socket client = socketTo(server.getLocalSocketAddress());
      return new SocketPair(client, track(server.accept()));
    }
  }

  /** The two ends of a connection. */
  public record SocketPair(Socket client, Socket server) {}

  /** A new datagram socket without a channel, bound unless the address is null. */
  public DatagramSocket datagramSocket(@Nullable SocketAddress local) throws IOException {
    return track(subject.datagramSocket(local));
  }

  /** A new multicast socket, bound unless the address is null. */
  public MulticastSocket multicastSocket(@Nullable SocketAddress local) throws IOException {
    return track(subject.multicastSocket(local));
  }

  // ---------------------------------------------------------------- asynchronous channels

  /** What opens asynchronous channels. */
  public AsynchronousChannelProvider asynchronous() {
    return subject.asynchronous();
  }

  /** A new asynchronous channel of the default group, not connected. */
  public AsynchronousSocketChannel asyncTcp() throws IOException {
    return track(asynchronous().openAsynchronousSocketChannel(null));
  }

  /** A new asynchronous channel of the default group that listens on the loopback. */
  public AsynchronousServerSocketChannel asyncListen() throws IOException {
    return track(asynchronous().openAsynchronousServerSocketChannel(null)).bind(anyPort());
  }

  /** The address of a TCP port that is taken but on which nobody listens: it refuses. */
  public InetSocketAddress refusingPort() throws IOException {
    return local(tcp().bind(anyPort()));
  }

  /**
   * The address of a UDP port on which nobody is. It is taken on another loopback address, so that
   * whoever asks for any port is not given this one, and would then be his own peer.
   */
  public InetSocketAddress closedUdpPort() throws IOException {
    while (true) {
      InetSocketAddress address = loopback(port(udp().bind(at("127.0.0.2", 0))));
      try (DatagramChannel probe = udp().bind(address)) {
        return local(probe);
      } catch (BindException e) {
        // Somebody is there.
      }
    }
  }

  /** An IPv4 address off the loopback to which there is a route; else the run is aborted. */
  public InetSocketAddress elsewhere() throws IOException {
    InetSocketAddress address = at("198.51.100.1", 9);
    try (DatagramChannel channel = udp()) {
      channel.connect(address);
      return address;
    } catch (SocketException e) {
      throw new TestAbortedException("there is no route off the loopback: " + e.getMessage());
    }
  }

  /** Starts a task on a thread of the kind of this run. */
  public <T> Task<T> start(Callable<T> work) {
    return Task.start(threads, work);
  }

  /** Makes the channel non-blocking and registers it. */
  public static SelectionKey register(SelectableChannel channel, Selector selector, int ops)
      throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, ops);
  }

  /** The local address of a channel that is bound. */
  public static InetSocketAddress local(NetworkChannel channel) throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  /** The local port of a channel that is bound. */
  public static int port(NetworkChannel channel) throws IOException {
    return local(channel).getPort();
  }

  @Override
  public void close() throws IOException {
    for (Closeable closeable : opened) {
      closeable.close();
    }
  }
}
