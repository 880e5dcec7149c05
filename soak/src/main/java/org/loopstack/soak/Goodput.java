// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.wire.IpAddress;

/**
 * Measures what one connection brings over a path that loses at random, in virtual time, and sets
 * it beside what the models predict. The same numbers each time: a cell has fixed seeds.
 */
public final class Goodput {
  private static final long SECOND = 1_000_000_000L;

  /** Slow start is over by then; what the models describe is what follows. */
  private static final long BEGIN = 20 * SECOND;

  private static final long END = 120 * SECOND;

  /** How many seeds a cell of the document is the mean of. */
  static final int RUNS = 3;

  private static final int BUFFER = 8 << 20;

  /** What a segment carries over an MTU of 1500, beside IPv4, TCP and timestamps. */
  private static final int SEGMENT = 1448;

  private static final int MTU = 1500;

  /**
   * One measurement and its predictions, in bytes per second.
   *
   * @param congestion {@code reno} or {@code cubic}
   * @param sack whether selective acknowledgments were used
   * @param loss the probability of a datagram with data being lost
   * @param roundTrip in milliseconds
   * @param measured payload that the reader got
   * @param response by the response functions of RFC 9438 section 5
   * @param padhye by the model of Padhye, Firoiu, Towsley and Kurose (1998, equation 30; the
   *     throughput equation of RFC 5348 section 3.1), which has timeouts; for Reno
   */
  public record Cell(
      String congestion,
      boolean sack,
      double loss,
      int roundTrip,
      double measured,
      double response,
      double padhye) {
    /** How the measurement compares with the response function. */
    public double ratio() {
      return measured / response;
    }
  }

  private Goodput() {}

  /**
   * Measures all cells: each algorithm, with SACK and without, by loss and round trip.
   *
   * @param seeds how many each is the mean of
   */
  static List<Cell> measure(int seeds) throws ErrnoException {
    List<Cell> cells = new ArrayList<>();
    for (String congestion : new String[] {"reno", "cubic"}) {
      for (boolean sack : new boolean[] {true, false}) {
        for (double loss : new double[] {0.001, 0.01, 0.03}) {
          for (int roundTrip : new int[] {10, 50}) {
            cells.add(cell(congestion, sack, loss, roundTrip, seeds));
          }
        }
      }
    }
    return cells;
  }

  private static Cell cell(String congestion, boolean sack, double loss, int roundTrip, int seeds)
      throws ErrnoException {
    double sum = 0;
    for (int seed = 1; seed <= seeds; seed++) {
      sum += run(congestion, sack, loss, roundTrip, seed);
    }
    double seconds = roundTrip / 1000.0;
    double unit = SEGMENT / seconds;
    double reno = reno(loss) * unit;
    double response =
        congestion.equals("reno") ? reno : Math.max(reno, cubic(loss, seconds) * unit);
    return new Cell(
        congestion, sack, loss, roundTrip, sum / seeds, response, padhye(loss, seconds));
  }

  /**
   * The average window of Reno in segments: the values of RFC 9438 section 5.1, which are RFC
   * 3649's {@code 1.2 / sqrt(p)}.
   */
  static double reno(double loss) {
    return 1.2 / Math.sqrt(loss);
  }

  /**
   * The average window of CUBIC in segments, RFC 9438 section 5: {@code [C * 3.7 / 1.2]^(1/4) *
   * RTT^(3/4) / p^(3/4)}, with C = 0.4 (section 5.1). It uses the larger of this and Reno's
   * (section 4.3, the Reno-friendly region).
   */
  static double cubic(double loss, double roundTrip) {
    return Math.pow(0.4 * 3.7 / 1.2, 0.25) * Math.pow(roundTrip / loss, 0.75);
  }

  /** Bytes per second; one acknowledgment for each segment counts as b = 1, and RTO is 4 RTT. */
  static double padhye(double p, double roundTrip) {
    double timeout = Math.max(0.2 + roundTrip, 4 * roundTrip);
    double perSegment =
        roundTrip * Math.sqrt(2 * p / 3)
            + timeout * Math.min(1, 3 * Math.sqrt(3 * p / 8)) * p * (1 + 32 * p * p);
    return SEGMENT / perSegment;
  }

  private static double run(String congestion, boolean sack, double loss, int roundTrip, int seed)
      throws ErrnoException {
    VirtualClock clock = new VirtualClock();
    long delay = roundTrip * 500_000L;
    HostileWire wire =
        new HostileWire(
            clock,
            new Random(seed),
            MTU,
            PathPlan.of(new Loss.Independent(loss), delay),
            PathPlan.of(Loss.NONE, delay),
            List.of(),
            List.of(),
            WireObserver.NONE);
    TcpConfiguration configuration =
        TcpConfiguration.linux().toBuilder()
            .congestion(congestion)
            .selectiveAcknowledgment(sack)
            .sendBuffer(BUFFER)
            .maxSendBuffer(BUFFER)
            .receiveBuffer(BUFFER)
            .maxReceiveBuffer(BUFFER)
            .build();
    Host client = new Host(clock, seed, wire.client, "10.0.0.1/24", configuration);
    Host server = new Host(clock, ~seed, wire.server, "10.0.0.2/24", configuration);
    TransportAddress to = new TransportAddress(IpAddress.parse("10.0.0.2"), 80);
    ListenerEndpoint listener = server.tcp.openListener(AddressFamily.INET);
    listener.bind(to);
    listener.listen(1);
    StreamEndpoint from = client.tcp.openStream(AddressFamily.INET);
    from.connect(to);
    return transfer(clock, from, listener) / ((END - BEGIN) / 1e9);
  }

  /** Writes and reads as fast as it goes; returns how much was read between the two times. */
  private static long transfer(VirtualClock clock, StreamEndpoint from, ListenerEndpoint listener)
      throws ErrnoException {
    ByteBuffer out = ByteBuffer.allocate(1 << 16);
    ByteBuffer in = ByteBuffer.allocate(1 << 20);
    StreamEndpoint reader = null;
    long total = 0;
    long before = 0;
    while (clock.nanos() < END) {
      reader = reader == null ? listener.accept() : reader;
      while (from.finishConnect() && from.write(out.clear()) > 0) {
        // Until the send buffer is full.
      }
      for (int n; reader != null && (n = reader.read(in.clear())) > 0; ) {
        total += n;
      }
      before = clock.nanos() < BEGIN ? total : before;
      clock.advanceTo(Math.min(clock.nextDeadline(), END));
    }
    return total - before;
  }

  /** The document docs/goodput.md. */
  static String document(List<Cell> cells) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Cell c : cells) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f %% | %d ms | %.0f | %.0f | %.2f | %s |%n",
              c.congestion(),
              c.sack() ? "yes" : "no",
              c.loss() * 100,
              c.roundTrip(),
              c.measured() / 1000,
              c.response() / 1000,
              c.ratio(),
              c.congestion().equals("reno")
                  ? String.format(Locale.ROOT, "%.0f", c.padhye() / 1000)
                  : ""));
    }
    return text.toString();
  }

  private static final String HEAD =
      """
      # Goodput beside the models

      Generated by `GoodputTest` (`-Dgoodput=write`); do not edit. `lo soak --goodput` prints the same.

      One connection in virtual time, profile linux, MTU 1500 (1448 bytes a segment), buffers of 8 MiB,
      each datagram with data lost at random with the probability p, acknowledgments never; the payload
      that the reader got from the 20th to the 120th second, the mean of 3 seeds. In kB/s.

      *Response* is the average window of RFC 9438 section 5 over the round trip: 1.2/sqrt(p) segments
      for Reno (RFC 3649's, which the RFC's tables use; Mathis' constant for an acknowledgment of every
      segment is 1.22), and for CUBIC 1.054 (RTT/p)^0.75 or Reno's, whichever is larger. *PFTK* is the
      model of Padhye et al. (RFC 5348 section 3.1), which counts timeouts as well.

      | algorithm | SACK | p | round trip | measured | response | measured / response | PFTK |
      |---|---|---|---|---|---|---|---|
      """;
}
