// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.tcp.SynCookieMode;

/**
 * All that a seed decides beforehand: the wire, the hosts, the connections. It follows from the
 * seed alone ({@link #of}), and printing it tells what happened to a seed that failed. What the
 * wire then does to each datagram follows from the seed and the order of the datagrams.
 *
 * @param linkMtu what the hosts think their link carries
 * @param there the path from client to server
 * @param back the path from server to client
 * @param mtus what the path carries, as it changes
 * @param outages when it carries nothing
 * @param listen the listener's backlog
 * @param numbers where the initial sequence numbers lie
 */
public record Plan(
    long seed,
    boolean ipv6,
    int linkMtu,
    PathPlan there,
    PathPlan back,
    List<MtuChange> mtus,
    List<Outage> outages,
    HostPlan client,
    HostPlan server,
    int listen,
    Numbers numbers,
    List<TalkPlan> talks) {

  /**
   * From now on the path carries no more than so many bytes.
   *
   * @param at when, in nanoseconds after the beginning
   * @param reported whether the router tells (RFC 1191, RFC 8201); if not, it is a black hole
   */
  public record MtuChange(long at, int mtu, boolean reported) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%d at %.1f s%s", mtu, at / 1e9, reported ? "" : " in silence");
    }
  }

  /**
   * A time in which the wire carries nothing.
   *
   * @param at when it begins, in nanoseconds after the beginning
   * @param length how long it lasts, in nanoseconds
   */
  public record Outage(long at, long length) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f s at %.1f s", length / 1e9, at / 1e9);
    }
  }

  /**
   * Where the initial sequence number of the first connection lies: they follow a clock (RFC 6528),
   * which is set so that one of the two ends begins there.
   *
   * @param ofClient whether it is the client's number; else the server's
   * @param first the number, or null for where chance puts it
   */
  public record Numbers(boolean ofClient, @Nullable Integer first) {
    @Override
    public String toString() {
      return first == null
          ? "by chance"
          : (ofClient ? "client's " : "server's ") + Integer.toUnsignedString(first);
    }
  }

  /** Copies the lists. */
  public Plan {
    mtus = List.copyOf(mtus);
    outages = List.copyOf(outages);
    talks = List.copyOf(talks);
  }

  /** The plan of a seed. */
  public static Plan of(long seed) {
    return new PlanMaker(seed).make();
  }

  /** The longest that a datagram and its answer can be under way together, in nanoseconds. */
  public long longestRoundTrip() {
    return there.longest() + back.longest();
  }

  /** Whether the server may have no place for a SYN, and no cookies instead. */
  boolean mayRefuseSyns() {
    return server.cookies() == SynCookieMode.NEVER
        && Math.min(server.halfOpen(), listen + 1) < talks.size();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(ipv6 ? "IPv6" : "IPv4").append(", MTU ").append(linkMtu);
    text.append(", path MTU ").append(mtus).append(", outages ").append(outages);
    text.append(", backlog ").append(listen).append(", numbers ").append(numbers);
    text.append("\n    there  ").append(there).append("\n    back   ").append(back);
    text.append("\n    client ").append(client).append("\n    server ").append(server);
    for (TalkPlan talk : talks) {
      text.append("\n    ").append(talk);
    }
    return text.toString();
  }
}
