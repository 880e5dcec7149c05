// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.List;
import java.util.Locale;

/**
 * One connection of a seed.
 *
 * @param start when the client connects, in nanoseconds after the beginning
 * @param order who speaks when
 * @param fastOpen whether the client puts its first data in the SYN, if it has a cookie (RFC 7413)
 */
public record TalkPlan(
    long start, Order order, boolean fastOpen, SidePlan client, SidePlan server) {

  /** Who speaks when, and so whose half of the connection is closed first. */
  public enum Order {
    /** Both speak at once, and each closes its half when it has no more to say. */
    BOTH,
    /** The server begins when it has heard the end of what the client says. */
    CLIENT_FIRST,
    /** The client begins when it has heard the end of what the server says. */
    SERVER_FIRST
  }

  /** How an application closes, once it has said everything. */
  public enum Closing {
    /** {@code shutdownOutput}; {@code close} when the end was heard and all is acknowledged. */
    PATIENT,
    /** {@code shutdownOutput}; {@code close} as soon as the end was heard. */
    HASTY,
    /** {@code close} alone, when the end was heard: the FIN is an orphan's. */
    ORPHAN
  }

  /**
   * A time in which the application does nothing.
   *
   * @param after how many bytes it has said and heard before, together
   * @param length how long, in nanoseconds
   */
  public record Pause(int after, long length) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f s after %d B", length / 1e9, after);
    }
  }

  /**
   * One end's application.
   *
   * @param bytes how much it says
   * @param mostWritten the largest write
   * @param mostRead the largest read
   * @param readEvery nanoseconds between two reads; 0 for as they come
   * @param sendBuffer SO_SNDBUF, 0 for the default
   * @param receiveBuffer SO_RCVBUF from the beginning, 0 for the default
   * @param shrinkAfter after how many bytes heard SO_RCVBUF is set to {@code shrinkTo}; 0 for never
   * @param noDelay TCP_NODELAY
   * @param keepAlive SO_KEEPALIVE, with intervals of seconds
   * @param closing how it closes
   * @param pauses in the order of {@link Pause#after}
   */
  public record SidePlan(
      int bytes,
      int mostWritten,
      int mostRead,
      long readEvery,
      int sendBuffer,
      int receiveBuffer,
      int shrinkAfter,
      int shrinkTo,
      boolean noDelay,
      boolean keepAlive,
      Closing closing,
      List<Pause> pauses) {
    /** Copies the pauses. */
    public SidePlan {
      pauses = List.copyOf(pauses);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append("says ").append(bytes).append(" B by ").append(mostWritten);
      text.append(", reads by ").append(mostRead);
      if (readEvery > 0) {
        text.append(" every ").append(readEvery / 1_000_000).append(" ms");
      }
      text.append(sendBuffer > 0 ? ", sndbuf " + sendBuffer : "");
      text.append(receiveBuffer > 0 ? ", rcvbuf " + receiveBuffer : "");
      text.append(shrinkAfter > 0 ? ", rcvbuf " + shrinkTo + " after " + shrinkAfter + " B" : "");
      text.append(noDelay ? ", no delay" : "").append(keepAlive ? ", keep-alive" : "");
      text.append(", closes ").append(closing.name().toLowerCase(Locale.ROOT));
      text.append(pauses.isEmpty() ? "" : ", pauses " + pauses);
      return text.toString();
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "at %.1f s %s%s\n      client %s\n      server %s",
        start / 1e9,
        order,
        fastOpen ? ", fast open" : "",
        client,
        server);
  }
}
