// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import org.loopstack.cli.host.EchoSocket;
import org.loopstack.cli.host.EchoSocket.Event;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;

/** Sends echo requests and prints what iputils' ping prints. */
public final class Ping {
  /** The most data a request can carry over IPv4: 65,535 less 20 for IP and 8 for ICMP. */
  public static final int MAX_SIZE = 65_507;

  /** What a ping exits with if nothing came back, and if nothing could be sent. */
  private static final int NO_REPLY = 1;

  private static final int ERROR = 2;
  private static final int ICMP_HEADER = 8;
  private static final int IPV4_HEADER = 20;

  /**
   * How to ping.
   *
   * @param host as typed
   * @param family which of its addresses
   * @param count how many requests, {@link Long#MAX_VALUE} for no end
   * @param interval between two requests
   * @param size bytes of data, 0 to {@link #MAX_SIZE}
   * @param hopLimit 1 to 255
   * @param timeout how long the last reply is waited for if there has been none at all
   */
  public record Settings(
      String host,
      HostNames.Family family,
      long count,
      Duration interval,
      int size,
      int hopLimit,
      Duration timeout) {}

  private final Session session;
  private final Settings settings;
  private final InetAddress address;
  private final PingStatistics statistics;
  private final byte[] data;
  // Times of the last 65,536 requests, on the socket's clock, by sequence number.
  private final long[] sentAt = new long[1 << 16];

  /**
   * Prepares to ping.
   *
   * @throws org.loopstack.cli.host.UserException if the name means nothing
   */
  public Ping(Session session, Settings settings) {
    this.session = session;
    this.settings = settings;
    this.address = session.stack().resolve(settings.host(), settings.family()).getFirst();
    this.statistics = new PingStatistics(settings.size());
    this.data = new byte[settings.size()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) i;
    }
  }

  /** Pings until all is sent and answered, or until the session is interrupted. */
  public int run() throws IOException {
    EchoSocket socket;
    try {
      socket = session.stack().openEcho(address, settings.hopLimit());
    } catch (IOException e) {
      session.err().println("lo: ping: connect: " + e.getMessage());
      return ERROR;
    }
    try (socket) {
      session.onInterrupt(socket::wakeup);
      print(banner());
      long start = System.nanoTime();
      int status = exchange(socket);
      print(statistics.summary(settings.host(), millis(System.nanoTime() - start)));
      return status;
    }
  }

  private int exchange(EchoSocket socket) throws IOException {
    boolean failed = false;
    long next = System.nanoTime();
    while (!session.isInterrupted() && statistics.settled() < settings.count()) {
      long now = System.nanoTime();
      boolean allSent = statistics.transmitted() >= settings.count();
      if (now - next >= 0) {
        // What has come back already counts before the next request, or before giving up.
        Event waiting = socket.receive(Duration.ZERO);
        if (waiting != null) {
          handle(waiting);
          continue;
        }
        if (allSent) {
          break;
        }
        failed |= !send(socket, now);
        next = now + pause();
        continue;
      }
      Event event = socket.receive(Duration.ofNanos(next - now));
      if (event != null) {
        handle(event);
      }
    }
    if (statistics.received() == 0) {
      return failed ? ERROR : NO_REPLY;
    }
    return ExitStatus.OK;
  }

  /** Until the next request, or after the last one until nothing more is waited for. */
  private long pause() {
    long interval = settings.interval().toNanos();
    if (statistics.transmitted() < settings.count()) {
      return interval;
    }
    return statistics.received() == 0
        ? settings.timeout().toNanos()
        : Math.max(2 * 1000 * statistics.maximum(), interval);
  }

  private boolean send(EchoSocket socket, long now) {
    int sequence = (int) (statistics.transmitted() + 1) & 0xffff;
    for (int i = 0; i < Long.BYTES && data.length >= PingStatistics.TIME_SIZE; i++) {
      data[i] = (byte) (now >>> (56 - 8 * i));
    }
    statistics.sent();
    try {
      sentAt[sequence] = socket.send(sequence, data);
      return true;
    } catch (IOException e) {
      statistics.error();
      session.err().println("lo: ping: sendmsg: " + e.getMessage());
      return false;
    }
  }

  private void handle(Event event) {
    String from = from(event.from());
    switch (event) {
      case Event.Reply reply -> {
        long micros = Math.max(0, reply.nanos() - sentAt[reply.sequence()]) / 1000;
        if (isCorrupted(reply)) {
          statistics.corrupted();
          return;
        }
        boolean duplicate = statistics.reply(count(reply.sequence()), micros);
        print(
            (reply.data().length + ICMP_HEADER)
                + " bytes from "
                + from
                + ": icmp_seq="
                + reply.sequence()
                + " ttl="
                + reply.hopLimit()
                + statistics.time(micros)
                + (duplicate ? " (DUP!)" : "")
                + "\n");
      }
      case Event.Failure failure -> {
        statistics.error();
        print(
            "From "
                + from
                + " icmp_seq="
                + failure.sequence()
                + " "
                + failure.description()
                + "\n");
      }
    }
  }

  /** The time in front changes with each request; what follows it does not. */
  private boolean isCorrupted(Event.Reply reply) {
    int fixed = data.length >= PingStatistics.TIME_SIZE ? Long.BYTES : 0;
    byte[] back = reply.data();
    return back.length != data.length
        || !Arrays.equals(data, fixed, data.length, back, fixed, back.length);
  }

  /** The whole count that a sequence number of 16 bits stands for. */
  private int count(int sequence) {
    long sent = statistics.transmitted();
    return (int) (sent - ((sent - sequence) & 0xffff));
  }

  private String banner() {
    String host = settings.host();
    String text = HostNames.text(address);
    int size = settings.size();
    if (address instanceof Inet4Address) {
      int whole = size + ICMP_HEADER + IPV4_HEADER;
      return "PING " + host + " (" + text + ") " + size + "(" + whole + ") bytes of data.\n";
    }
    String inside = HostNames.isLiteral(host) ? text : host + " (" + text + ")";
    return "PING " + host + "(" + inside + ") " + size + " data bytes\n";
  }

  /** A name if the user gave one and this host has one, as ping prints it. */
  private String from(InetAddress sender) {
    String text = HostNames.text(sender);
    boolean named = HostNames.isLocalhost(settings.host()) && sender.equals(address);
    return named ? "localhost (" + text + ")" : text;
  }

  private void print(String text) {
    PrintStream out = session.out();
    out.print(text);
    out.flush();
  }

  private static long millis(long nanos) {
    return (nanos + 500_000) / 1_000_000;
  }
}
