// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that knows nothing of any stack and looks at the network that it is in. */
final class AgentNetworkProgram {
  /** An address of nobody (RFC 5737). */
  private static final InetAddress NOBODY = InetAddress.ofLiteral("192.0.2.1");

  private AgentNetworkProgram() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "interfaces" -> interfaces();
      case "reachable" -> reachable();
      case "unreachable" -> unreachable();
      case "names" -> names(arguments);
      case "factories" -> factories();
      case "unix" -> unix();
      case "inherited" -> System.out.println("inherited " + System.inheritedChannel());
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void interfaces() throws IOException {
    boolean others = false;
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isLoopback()) {
        List<String> addresses =
            each.getInterfaceAddresses().stream()
                .map(AgentNetworkProgram::text)
                .sorted(Comparator.comparingInt(String::length))
                .toList();
        System.out.println("loopback " + addresses);
        System.out.println("up " + each.isUp());
      } else {
        others = true;
      }
    }
    System.out.println("others " + others);
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    System.out.println("found " + NetworkInterface.getByInetAddress(loopback).isLoopback());
  }

  private static String text(InterfaceAddress address) {
    return address.getAddress().getHostAddress().replaceFirst("%.*", "")
        + "/"
        + address.getNetworkPrefixLength();
  }

  /** All of 127/8 answers on a stack; the machine has the same answer, but not for others. */
  private static void reachable() throws IOException {
    for (String each : List.of("127.0.0.1", "127.9.8.7", "::1")) {
      System.out.println(each + " " + InetAddress.ofLiteral(each).isReachable(5_000));
    }
  }

  /** Each kind of socket tries an address outside. */
  private static void unreachable() throws Exception {
    InetSocketAddress address = new InetSocketAddress(NOBODY, 9);
    try (Socket socket = new Socket();
        SocketChannel channel = SocketChannel.open();
        AsynchronousSocketChannel asynchronous = AsynchronousSocketChannel.open();
        DatagramSocket datagrams = new DatagramSocket();
        DatagramChannel datagramChannel = DatagramChannel.open()) {
      tell(
          "socket",
          () -> {
            socket.connect(address, 20_000);
            return null;
          });
      tell("channel", () -> channel.connect(address));
      tell("asynchronous", () -> asynchronous.connect(address).get());
      tell(
          "datagrams",
          () -> {
            datagrams.send(new DatagramPacket(new byte[1], 1, address));
            return null;
          });
      tell("datagram channel", () -> datagramChannel.send(ByteBuffer.allocate(1), address));
    }
    System.out.println("reachable " + NOBODY.isReachable(100));
  }

  private static void tell(String what, Callable<?> attempt) throws Exception {
    try {
      System.out.println(what + " " + attempt.call());
    } catch (IOException e) {
      System.out.println(what + " " + e.getMessage());
    } catch (ExecutionException e) {
      System.out.println(what + " " + e.getCause().getMessage());
    }
  }

  private static void names(String[] names) {
    for (String each : Arrays.copyOfRange(names, 1, names.length)) {
      try {
        List<String> addresses =
            Arrays.stream(InetAddress.getAllByName(each)).map(InetAddress::getHostAddress).toList();
        System.out.println(each + " " + addresses);
      } catch (IOException e) {
        System.out.println(each + " is unknown");
      }
    }
  }

  /** The slots that an application may fill once. */
  @SuppressWarnings("deprecation") // What the test is about.
  private static void factories() throws IOException {
    AtomicInteger servers = new AtomicInteger();
    ServerSocket.setSocketFactory(
        () -> {
          servers.incrementAndGet();
          throw new IllegalStateException("none");
        });
    AtomicInteger datagrams = new AtomicInteger();
    DatagramSocket.setDatagramSocketImplFactory(
        () -> {
          datagrams.incrementAndGet();
          throw new IllegalStateException("none");
        });
    refused(() -> new ServerSocket(0));
    refused(() -> new DatagramSocket(0));
    refused(() -> new MulticastSocket(0));
    System.out.println("servers " + servers + " datagrams " + datagrams);
  }

  private static void refused(Callable<? extends AutoCloseable> attempt) {
    try (AutoCloseable _ = attempt.call()) {
      System.out.println("the factory was not asked");
    } catch (Exception e) {
      System.out.println(e.getMessage());
    }
  }

  /** Unix domain channels are the machine's. */
  private static void unix() throws IOException {
    Path folder = Files.createTempDirectory("unix");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SocketChannel client = SocketChannel.open(address);
          SocketChannel accepted = server.accept()) {
        client.write(ByteBuffer.wrap(new byte[] {'u'}));
        ByteBuffer one = ByteBuffer.allocate(1);
        accepted.read(one);
        Channel same = client;
        System.out.println("unix " + (char) one.get(0) + " " + same.isOpen());
      }
    } finally {
      Files.deleteIfExists(address.getPath());
      Files.delete(folder);
    }
  }
}
