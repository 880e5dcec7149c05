// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.loopstack.bench.Side;
import org.loopstack.bench.Task;
import org.loopstack.bench.ThreadKind;

/** A Jetty, and a client that asks it as often as it can by many connections, in one JVM. */
public final class HttpExchange {
  /** How many requests are under way at any time. */
  static final int CONNECTIONS = 32;

  private static final byte[] BODY = "Hello, world!\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpRequest request;

  private HttpExchange(URI uri) {
    request = HttpRequest.newBuilder(uri).build();
  }

  /**
   * Reads times in nanoseconds from standard input, one a line, asks for so long, and prints how
   * many answers came in a second.
   *
   * @param args none
   */
  public static void main(String[] args) throws Exception {
    // Jetty logs to the error output, where nobody wants to hear that it has begun.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Server server = new Server(Side.FREE_PORT);
    server.setHandler(new Hello());
    server.start();
    int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    HttpExchange exchange = new HttpExchange(URI.create("http://127.0.0.1:" + port + "/"));
    BufferedReader times =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = times.readLine()) != null; ) {
      System.out.println(exchange.requestsPerSecond(Long.parseLong(line)));
    }
    System.exit(0);
  }

  private double requestsPerSecond(long nanos) throws Exception {
    long start = System.nanoTime();
    List<Task<Long>> asking = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      asking.add(new Task<>(ThreadKind.VIRTUAL, "ask", () -> ask(start + nanos)));
    }
    long answers = 0;
    for (Task<Long> each : asking) {
      answers += each.join();
    }
    return answers * 1e9 / (System.nanoTime() - start);
  }

  private long ask(long until) throws IOException, InterruptedException {
    long answers = 0;
    do {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200 || response.body().length != BODY.length) {
        throw new IOException("another answer than the server gives: " + response);
      }
      answers++;
    } while (System.nanoTime() - until < 0);
    return answers;
  }

  private static final class Hello extends Handler.Abstract.NonBlocking {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
      response.write(true, ByteBuffer.wrap(BODY), callback);
      return true;
    }
  }
}
