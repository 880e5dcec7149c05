// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

  /** Before the time of a question: ask until the compiler has done its work, at most so long. */
  static final String WARM_UP = "warm-up ";

  private static final byte[] BODY = "Hello, world!\n".getBytes(StandardCharsets.US_ASCII);

  /** How long to ask before the compiler is looked at again. */
  private static final long SLICE_NANOS = 500_000_000;

  /** So many slices with little to compile, since a long compilation counts when it ends. */
  private static final int QUIET_SLICES = 4;

  private final HttpClient client;
  private final HttpRequest request;

  private HttpExchange(ThreadKind workers, URI uri) {
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (workers == ThreadKind.VIRTUAL) {
      builder.executor(Executors.newVirtualThreadPerTaskExecutor());
    }
    client = builder.build();
    request = HttpRequest.newBuilder(uri).build();
  }

  /**
   * Reads times in nanoseconds from standard input, one a line, asks for so long, and prints how
   * many answers came in a second.
   *
   * @param args the kind of threads that do the client's work: its own pool of platform threads, or
   *     virtual ones
   */
  public static void main(String[] args) throws Exception {
    // Jetty logs to the error output, where nobody wants to hear that it has begun, nor of the
    // lack of something to log with.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.setProperty("org.eclipse.jetty.LEVEL", "WARN");
    Server server = new Server(Side.FREE_PORT);
    server.setHandler(new Hello());
    server.start();
    int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    HttpExchange exchange =
        new HttpExchange(ThreadKind.valueOf(args[0]), URI.create("http://127.0.0.1:" + port + "/"));
    BufferedReader times =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = times.readLine()) != null; ) {
      System.out.println(
          line.startsWith(WARM_UP)
              ? exchange.warmUp(Long.parseLong(line.substring(WARM_UP.length())))
              : exchange.requestsPerSecond(Long.parseLong(line)));
    }
    System.exit(0);
  }

  /** Asks until the compiler has next to nothing left to do, but not much longer than that. */
  private double warmUp(long atMostNanos) throws Exception {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long start = System.nanoTime();
    double perSecond;
    int quiet = 0;
    long slice = Math.min(SLICE_NANOS, atMostNanos);
    do {
      long before = compiler.getTotalCompilationTime();
      perSecond = requestsPerSecond(slice);
      long compiling = TimeUnit.MILLISECONDS.toNanos(compiler.getTotalCompilationTime() - before);
      quiet = compiling < slice / 10 ? quiet + 1 : 0;
    } while (quiet < QUIET_SLICES && System.nanoTime() - start < atMostNanos);
    return perSecond;
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
