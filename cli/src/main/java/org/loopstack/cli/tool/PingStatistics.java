// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.BitSet;

/**
 * What ping counts, and the lines in which iputils' ping prints it. All times in microseconds, as
 * there.
 */
final class PingStatistics {
  /** A reply can only bring the time back if it has room for it. */
  static final int TIME_SIZE = 16;

  private final boolean timed;
  private final BitSet seen = new BitSet();
  private long transmitted;
  private long received;
  private long duplicates;
  private long corrupted;
  private long errors;
  private long minimum = Long.MAX_VALUE;
  private long maximum;
  private long sum;
  private double squares;
  private long mostInFlight;

  PingStatistics(int size) {
    this.timed = size >= TIME_SIZE;
  }

  void sent() {
    transmitted++;
  }

  void error() {
    errors++;
  }

  /**
   * Counts a reply.
   *
   * @param sequence as sent, counted from 1 and not cut to 16 bits
   * @return whether it is a duplicate
   */
  boolean reply(int sequence, long micros) {
    mostInFlight = Math.max(mostInFlight, transmitted - sequence + 1);
    if (timed) {
      minimum = Math.min(minimum, micros);
      maximum = Math.max(maximum, micros);
      sum += micros;
      squares += (double) micros * micros;
    }
    if (seen.get(sequence)) {
      duplicates++;
      return true;
    }
    seen.set(sequence);
    received++;
    return false;
  }

  void corrupted() {
    corrupted++;
  }

  long transmitted() {
    return transmitted;
  }

  long received() {
    return received;
  }

  /** Replies and errors: what there is no point in waiting for any more. */
  long settled() {
    return received + errors;
  }

  /** The longest round trip so far, 0 without a reply or without a time in it. */
  long maximum() {
    return maximum;
  }

  /** " time=0.030 ms" or nothing, as iputils' gather_statistics prints it. */
  String time(long micros) {
    if (!timed) {
      return "";
    }
    String text;
    if (micros >= 100_000 - 50) {
      text = Long.toString((micros + 500) / 1000);
    } else if (micros >= 10_000 - 5) {
      text = (micros + 50) / 1000 + "." + (micros + 50) % 1000 / 100;
    } else if (micros >= 1000) {
      text = (micros + 5) / 1000 + "." + pad((micros + 5) % 1000 / 10, 2);
    } else {
      text = "0." + pad(micros, 3);
    }
    return " time=" + text + " ms";
  }

  /** The lines at the end, from the empty one on. */
  String summary(String host, long elapsedMillis) {
    StringBuilder text = new StringBuilder();
    text.append("\n--- ").append(host).append(" ping statistics ---\n");
    text.append(transmitted).append(" packets transmitted, ");
    text.append(received).append(" received");
    if (duplicates > 0) {
      text.append(", +").append(duplicates).append(" duplicates");
    }
    if (corrupted > 0) {
      text.append(", +").append(corrupted).append(" corrupted");
    }
    if (errors > 0) {
      text.append(", +").append(errors).append(" errors");
    }
    if (transmitted > 0) {
      text.append(", ").append(loss()).append("% packet loss, time ");
      text.append(elapsedMillis).append("ms");
    }
    text.append('\n');
    if (received > 0 && timed) {
      appendTimes(text);
    }
    if (mostInFlight > 1) {
      text.append(received > 0 && timed ? ", pipe " : "pipe ").append(mostInFlight);
    }
    return text.append('\n').toString();
  }

  /** As C's %g prints a float: six significant digits, no zeros at the end. */
  private String loss() {
    double percent = (transmitted - received) * 100.0 / transmitted;
    return new BigDecimal(percent).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }

  private void appendTimes(StringBuilder text) {
    long n = received + duplicates;
    long average = sum / n;
    double variance = squares / n - (double) average * average;
    long deviation = (long) Math.sqrt(Math.max(0, variance));
    text.append("rtt min/avg/max/mdev = ");
    text.append(millis(minimum)).append('/').append(millis(average)).append('/');
    text.append(millis(maximum)).append('/').append(millis(deviation)).append(" ms");
  }

  private static String millis(long micros) {
    return micros / 1000 + "." + pad(micros % 1000, 3);
  }

  private static String pad(long value, int digits) {
    return "0".repeat(Math.max(0, digits - Long.toString(value).length())) + value;
  }
}
