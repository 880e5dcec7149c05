// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
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

  /** Connections go to another stack of this machine, by its management socket. */
  private static Closeable lead(
      Environment environment, StackName name, int target, SelectorProvider sockets, int port)
      throws IOException {
    try (ManagementClient there = ManagementClient.connect(environment.runtimeDirectory(), name)) {
      if (there == null) {
        throw new UserException(
            ExitStatus.UNAVAILABLE, "--answer: no stack named \"" + name + "\" is running");
      }
    }
    ServerSocketChannel listener = sockets.openServerSocketChannel();
    listener.bind(new InetSocketAddress(port));
    Thread.ofVirtual()
        .name("lo-answer")
        .start(
            () -> {
              while (true) {
                try {
                  SocketChannel client = listener.accept();
                  Thread.ofVirtual()
                      .name("lo-answer-connection")
                      .start(() -> carry(environment, name, target, client));
                } catch (ClosedChannelException e) {
                  return;
                } catch (IOException e) {
                  // A client that left before it was accepted.
                }
              }
            });
    return listener;
  }

  private static void carry(
      Environment environment, StackName name, int target, SocketChannel client) {
    int status = ExitStatus.UNAVAILABLE;
    try (ManagementClient there = ManagementClient.connect(environment.runtimeDirectory(), name)) {
      if (there != null) {
        status =
            there.run(
                List.of("-n", name.text(), "connect", "127.0.0.1", Integer.toString(target)),
                environment.directory(),
                client.socket().getInputStream(),
                client.socket().getOutputStream(),
                OutputStream.nullOutputStream());
      }
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
