// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.service;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.CustomRequestLog;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;

/** An HTTP server, Jetty's, on 127.0.0.1 and ::1 of a stack. */
public final class HttpService implements Closeable {
  /** The usual port of this service here. */
  public static final int PORT = 8080;

  /**
   * The Common Log Format: host, identity, user, time, request line, status, size of the body or
   * "-" if there is none.
   */
  private static final String COMMON_LOG_FORMAT =
      "%{client}a - %u %{dd/MMM/yyyy:HH:mm:ss Z}t \"%r\" %s %{CLF}O";

  private final Server server;
  private final int port;

  private HttpService(Server server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Begins to serve.
   *
   * @param provider whose sockets it uses
   * @param port 0 for one that is free
   * @param directory whose files are served, or null for the page that says hello
   * @param accessLog is given one line per request, without its end; called by many threads
   * @throws org.loopstack.cli.host.UserException if the port is taken
   */
  public static HttpService start(
      SelectorProvider provider, int port, @Nullable Path directory, Consumer<String> accessLog)
      throws IOException {
    return start(provider, port, List.of(), directory, accessLog);
  }

  /** As above, on more addresses of the stack. */
  public static HttpService start(
      SelectorProvider provider,
      int port,
      List<InetAddress> more,
      @Nullable Path directory,
      Consumer<String> accessLog)
      throws IOException {
    List<ServerSocketChannel> listeners =
        Listening.open(provider, port, more, SelectorProvider::openServerSocketChannel);
    VirtualThreadPool threads = new VirtualThreadPool();
    threads.setName("http");
    Server server = new Server(threads);
    try {
      int actual = Listening.port(listeners.getFirst());
      HttpConfiguration configuration = new HttpConfiguration();
      configuration.setSendServerVersion(false);
      for (ServerSocketChannel listener : listeners) {
        server.addConnector(
            new StackServerConnector(
                server, provider, listener, new HttpConnectionFactory(configuration)));
      }
      server.setHandler(directory == null ? new HelloHandler() : files(server, directory));
      server.setRequestLog(new CustomRequestLog(accessLog::accept, COMMON_LOG_FORMAT));
      server.start();
      return new HttpService(server, actual);
    } catch (Exception e) {
      Listening.closeAll(listeners);
      stop(server);
      throw e instanceof IOException io ? io : new IOException(e);
    }
  }

  private static Handler files(Server server, Path directory) {
    ResourceHandler files = new ResourceHandler();
    files.setBaseResource(ResourceFactory.of(server).newResource(directory));
    files.setDirAllowed(true);
    return files;
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      // Jetty goes on stopping the other parts when one fails; none holds anything afterwards.
    }
  }
}
