// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.JavaProcess;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.ThreadKind;
import org.loopstack.bench.Unit;

/**
 * Small answers of a Jetty to the JDK's HTTP client in the same JVM, by many connections. Both take
 * their channels from where the JVM has them from, so that each side has a JVM of its own, which
 * lives as long as this one.
 */
public final class HttpRequests implements Row {
  /**
   * For so many measurements at most the compiler may take: more would come near the time-out of
   * the harness.
   */
  private static final int WARM_UP = 20;

  private final ThreadKind workers;
  private final Bar bar;
  private final Map<List<String>, Exchange> exchanges = new ConcurrentHashMap<>();

  /**
   * Small answers of a Jetty.
   *
   * @param workers which threads do the client's work: platform threads are the client's own pool,
   *     its default
   */
  public HttpRequests(ThreadKind workers, Bar bar) {
    this.workers = workers;
    this.bar = bar;
  }

  @Override
  public String name() {
    return "HTTP, Jetty and JDK client, "
        + HttpExchange.CONNECTIONS
        + " connections, "
        + workers.text();
  }

  @Override
  public Unit unit() {
    return Unit.PER_SECOND;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public String note() {
    String client =
        workers == ThreadKind.PLATFORM
            ? "the client's own pool, its default; "
            : "the client's work on virtual threads; ";
    return client
        + "each side in a JVM of its own, the kernel's with the machine's congestion control";
  }

  /** Not before the code of a whole server and a client is compiled. */
  @Override
  public boolean isQuick() {
    return false;
  }

  /** Each JVM has warmed up before its first answer. */
  @Override
  public int warmUps(Effort effort) {
    return 1;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    Exchange exchange = exchanges.get(side.recipe());
    if (exchange == null) {
      exchange = new Exchange(side.javaOptions());
      exchanges.put(side.recipe(), exchange);
      exchange.warmUp(WARM_UP * effort.nanos());
    }
    return new Sample(exchange.requestsPerSecond(effort.nanos()), 0);
  }

  /** A JVM with a server and a client. It ends with its input, which this JVM's end closes. */
  private final class Exchange {
    private final Process process;
    private final BufferedReader answers;

    Exchange(List<String> options) throws IOException {
      process =
          JavaProcess.like(options, HttpExchange.class, List.of(workers.name()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      answers = process.inputReader(StandardCharsets.US_ASCII);
    }

    void warmUp(long atMostNanos) throws IOException {
      double _ = answer(HttpExchange.WARM_UP + atMostNanos);
    }

    double requestsPerSecond(long nanos) throws IOException {
      return answer(Long.toString(nanos));
    }

    private double answer(String question) throws IOException {
      process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the JVM for it has ended");
      }
      return Double.parseDouble(answer);
    }
  }
}
