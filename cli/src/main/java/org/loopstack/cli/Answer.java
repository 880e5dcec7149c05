// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementClient;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.service.EchoService;
import org.loopstack.cli.service.HttpService;
import org.loopstack.relay.RelayedConnection;

/** A port of {@code lo run}'s loopback at which a stack of ours answers, and with what. */
final class Answer {
  private static final Pattern SYNTAX = Pattern.compile("(\\d{1,5})=([^:=]+)(?::(\\d{1,5}))?");

  private interface Service {
    Closeable start(SelectorProvider sockets, int port) throws IOException;
  }

  private final int port;
  private final Service service;

  private Answer(int port, Service service) {
    if (port < 1 || port > 65_535) {
      throw new UserException(ExitStatus.USAGE, "a port is 1 to 65535: " + port);
    }
    this.port = port;
    this.service = service;
  }

  static Answer http(int port) {
    return new Answer(port, (sockets, at) -> HttpService.start(sockets, at, null, _ -> {}));
  }

  static Answer echo(int port) {
    return new Answer(port, EchoService::start);
  }

  /** What {@code --answer} is given: {@code PORT=NAME} or {@code PORT=NAME:PORT}. */
  static Answer parse(String text, Environment environment) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new UserException(
          ExitStatus.USAGE, "--answer: \"" + text + "\" is not PORT=NAME or PORT=NAME:PORT");
    }
    StackName name = new StackName(matcher.group(2));
    int port = Integer.parseInt(matcher.group(1));
    int target = matcher.group(3) == null ? port : Integer.parseInt(matcher.group(3));
    if (target < 1 || target > 65_535) {
      throw new UserException(ExitStatus.USAGE, "a port is 1 to 65535: " + target);
    }
    return new Answer(port, (sockets, at) -> lead(environment, name, target, sockets, at));
  }

  int port() {
    return port;
  }

  /** Begins to answer. */
  Closeable start(SelectorProvider sockets) throws IOException {
    return service.start(sockets, port);
  }

  /** Where connections and datagrams go: a port of another stack of this machine. */
  private record Other(Environment environment, StackName name, int port) {
    /** By its management socket, until an end of the stream; what {@code lo connect} exits with. */
    int connect(List<String> options, InputStream input, OutputStream output) {
      List<String> command = new ArrayList<>(List.of("-n", name.text(), "connect"));
      command.addAll(options);
      command.addAll(List.of("127.0.0.1", Integer.toString(port)));
      try (ManagementClient there =
          ManagementClient.connect(environment.runtimeDirectory(), name)) {
        return there == null
            ? ExitStatus.UNAVAILABLE
            : there.run(
                command, environment.directory(), input, output, OutputStream.nullOutputStream());
      } catch (UserException e) {
        // It has gone away.
        return e.exitStatus();
      }
    }
  }

  private static Closeable lead(
      Environment environment, StackName name, int target, SelectorProvider sockets, int port)
      throws IOException {
    try (ManagementClient there = ManagementClient.connect(environment.runtimeDirectory(), name)) {
      if (there == null) {
        throw new UserException(
            ExitStatus.UNAVAILABLE, "--answer: no stack named \"" + name + "\" is running");
      }
    }
    Other other = new Other(environment, name, target);
    ServerSocketChannel listener = sockets.openServerSocketChannel();
    listener.bind(new InetSocketAddress(port));
    Thread.ofVirtual().name("lo-answer").start(() -> accept(listener, other));
    Closeable inet = datagrams(sockets, StandardProtocolFamily.INET, "127.0.0.1", port, other);
    Closeable inet6 = datagrams(sockets, StandardProtocolFamily.INET6, "::1", port, other);
    return () -> {
      listener.close();
      inet.close();
      inet6.close();
    };
  }

  /** Bound to one address each, which the answers then come from. */
  private static Closeable datagrams(
      SelectorProvider sockets, ProtocolFamily family, String address, int port, Other other)
      throws IOException {
    InetSocketAddress place = new InetSocketAddress(InetAddress.ofLiteral(address), port);
    return AnsweredDatagrams.start(
        sockets.openDatagramChannel(family).bind(place),
        (input, output) -> {
          int _ = other.connect(List.of("--datagrams"), input, output);
        });
  }

  private static void accept(ServerSocketChannel listener, Other other) {
    while (true) {
      try {
        SocketChannel client = listener.accept();
        Thread.ofVirtual().name("lo-answer-connection").start(() -> carry(other, client));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // A client that left before it was accepted.
      }
    }
  }

  private static void carry(Other other, SocketChannel client) {
    try {
      Socket socket = client.socket();
      int status = other.connect(List.of(), socket.getInputStream(), socket.getOutputStream());
      if (status == ExitStatus.OK) {
        client.close();
        return;
      }
    } catch (IOException e) {
      // As if the other stack had refused.
    }
    RelayedConnection.reset(client);
  }
}
