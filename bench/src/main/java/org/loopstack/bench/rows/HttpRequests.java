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
import org.loopstack.bench.Unit;

/**
 * Small answers of a Jetty to the JDK's HTTP client in the same JVM, by many connections. Both take
 * their channels from where the JVM has them from, so that each side has a JVM of its own, which
 * lives as long as this one.
 */
public final class HttpRequests implements Row {
  /** So many rounds, since the code of a whole server is to be compiled. */
  private static final int WARM_UPS = 8;

  private final Bar bar;
  private final Map<List<String>, Exchange> exchanges = new ConcurrentHashMap<>();

  /** Small answers of a Jetty. */
  public HttpRequests(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "HTTP requests, Jetty and the JDK's client, "
        + HttpExchange.CONNECTIONS
        + " connections";
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
    return "each side in a JVM of its own, the kernel's with the machine's congestion control";
  }

  @Override
  public int warmUps(Effort effort) {
    return WARM_UPS;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    Exchange exchange = exchanges.get(side.recipe());
    if (exchange == null) {
      exchange = new Exchange(side.javaOptions());
      exchanges.put(side.recipe(), exchange);
    }
    return new Sample(exchange.requestsPerSecond(effort.nanos()), 0);
  }

  /** A JVM with a server and a client. It ends with its input, which this JVM's end closes. */
  private static final class Exchange {
    private final Process process;
    private final BufferedReader answers;

    Exchange(List<String> options) throws IOException {
      process =
          JavaProcess.like(options, HttpExchange.class, List.of())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      answers = process.inputReader(StandardCharsets.US_ASCII);
    }

    double requestsPerSecond(long nanos) throws IOException {
      process.getOutputStream().write((nanos + "\n").getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the JVM for it has ended");
      }
      return Double.parseDouble(answer);
    }
  }
}
