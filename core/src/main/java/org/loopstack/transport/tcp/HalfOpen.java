// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpOptions;

/**
 * All that is kept of a connection in SYN-RECEIVED until its handshake is done (RFC 4987 section
 * 3.5): what the SYN said and what we have answered, in 80 bytes. What the listener decides on is
 * guarded by the listener's lock; whoever makes it a connection reads what was published with it.
 */
final class HalfOpen implements Occupant {
  /** What one takes of the stack's memory, with its ends and its places in the tables. */
  static final int MEMORY = 256;

  private final TcpListener listener;
  private final FourTuple ends;

  /** When the first SYN-ACK was sent. */
  final long firstSent;

  /** When the SYN-ACK is due again. */
  long deadline;

  /** Where it stands among those that wait. */
  int index = -1;

  /** ISS. */
  final int iss;

  /** IRS. */
  final int irs;

  /** What is added to the clock to make our timestamps. */
  final int tsOffset;

  /** TS.Recent. */
  volatile int tsRecent;

  /** When a segment that is not acceptable was answered last, in milliseconds; 0 for never. */
  private int challengedAt;

  /** The MSS that we offer, and the window of our SYN-ACK. */
  private final char mss;

  private final char window;

  /** The MSS that the peer takes, and the window of its SYN. */
  private final char peerMss;

  private final char peerWindow;

  /** The peer's user timeout in seconds, or 0 (RFC 5482). */
  private final char remoteTimeout;

  /** Rcv.Wind.Shift and Snd.Wind.Shift, the latter -1 if windows are not scaled. */
  private final byte rcvShift;

  private final byte sndShift;

  /** How often the SYN-ACK was sent again. */
  volatile byte retries;

  /** Whether there are timestamps, selective acknowledgments, ECN. */
  final boolean timestamps;

  final boolean sack;
  final boolean ecn;

  /** How the peer's source route goes back, or other options of our IPv4 header; null for none. */
  final @Nullable IpOptions ipOptions;

  /** Whether nothing was kept of it but a cookie, so that we do not know when the SYN-ACK left. */
  final boolean resumed;

  /** Whether the handshake is done but for the data that TCP_DEFER_ACCEPT waits for. */
  boolean deferring;

  /** Whether somebody else has its place by now. */
  volatile boolean gone;

  HalfOpen(TcpListener listener, FourTuple ends, Answer answer, long now) {
    this.listener = listener;
    this.ends = ends;
    firstSent = now;
    deadline = now;
    iss = answer.iss;
    irs = answer.irs;
    tsOffset = answer.tsOffset;
    tsRecent = answer.tsRecent;
    mss = (char) answer.mss;
    window = (char) answer.window;
    peerMss = (char) answer.peerMss;
    peerWindow = (char) answer.peerWindow;
    remoteTimeout = (char) Math.min(answer.remoteTimeout, Character.MAX_VALUE);
    rcvShift = (byte) answer.rcvShift;
    sndShift = (byte) answer.sndShift;
    timestamps = answer.timestamps;
    sack = answer.sack;
    ecn = answer.ecn;
    resumed = answer.resumed;
    ipOptions = answer.ipOptions;
  }

  /** What is agreed on, in the making: by a SYN, or by what a cookie remembers of one. */
  static final class Answer {
    int iss;
    int irs;
    int tsOffset;
    int tsRecent;
    int mss;
    int window;
    int peerMss;
    int peerWindow;
    int remoteTimeout;
    int rcvShift;
    int sndShift = -1;
    boolean timestamps;
    boolean sack;
    boolean ecn;
    boolean resumed;
    @Nullable IpOptions ipOptions;

    /**
     * What we say to a SYN: its options as far as the configuration has them (RFC 9293 section
     * 3.7.1, RFC 7323 sections 2.2 and 3.2, RFC 2018 section 2).
     *
     * @param mtu what the way back carries
     */
    static Answer to(Segment syn, TcpConfiguration c, TcpSettings s, FourTuple ends, int mtu) {
      TcpOptions options = syn.options();
      Answer a = new Answer();
      a.irs = syn.seq;
      a.offer(c, s, ends, mtu);
      // "If an MSS Option is not received at connection setup, TCP implementations MUST assume a
      // default send MSS of 536 (576 - 40) for IPv4 or 1220 (1280 - 60) for IPv6" (MUST-15).
      a.peerMss = options.mss() > 0 ? options.mss() : SegmentWriter.defaultMss(ends.remote());
      a.peerWindow = syn.window;
      a.remoteTimeout = s.userTimeoutOption > 0 ? Math.max(0, options.userTimeoutSeconds()) : 0;
      a.timestamps = c.timestamps() && syn.hasTimestamps;
      a.tsRecent = a.timestamps ? syn.timestampValue : 0;
      a.sack = c.selectiveAcknowledgment() && options.sackPermitted();
      a.scale(c, s, c.windowScaling() && options.hasWindowScale() ? options.windowScale() : -1);
      a.ecn = c.ecn() != EcnMode.OFF && Ecn.isSetup(syn);
      return a;
    }

    /** What we have said to a SYN, from the acknowledgment that shows the cookie. */
    static Answer of(
        SynCookie cookie, Segment ack, TcpConfiguration c, TcpSettings s, FourTuple ends, int mtu) {
      Answer a = new Answer();
      a.iss = SequenceNumber.add(ack.ack, -1);
      a.irs = SequenceNumber.add(ack.seq, -1);
      a.offer(c, s, ends, mtu);
      a.peerMss = cookie.peerMss();
      a.timestamps = c.timestamps() && cookie.timestamps();
      a.tsRecent = a.timestamps ? ack.timestampValue : 0;
      a.sack = cookie.selectiveAcknowledgment();
      a.scale(c, s, cookie.windowShift());
      a.ecn = c.ecn() != EcnMode.OFF && cookie.ecn();
      a.resumed = true;
      return a;
    }

    private void offer(TcpConfiguration c, TcpSettings s, FourTuple ends, int mtu) {
      mss = SegmentWriter.mssToOffer(s, ends.remote(), mtu);
      window = Receiver.synWindow(c, s.receiveBuffer, mss);
    }

    private void scale(TcpConfiguration c, TcpSettings s, int shift) {
      sndShift = shift;
      rcvShift = shift >= 0 ? Handshake.shiftToOffer(c, s.receiveBuffer) : 0;
    }
  }

  @Override
  public boolean offer(Packet packet) {
    return listener.offerFor(this, packet);
  }

  @Override
  public boolean isReusable(long now) {
    return false;
  }

  @Override
  public void replaced() {
    throw new IllegalStateException("a half-open connection gives way to none");
  }

  @Override
  public TcpStatus status() {
    return new TcpStatus(
        TcpState.SYN_RECEIVED,
        new TransportAddress(ends.local(), ends.localPort()),
        new TransportAddress(ends.remote(), ends.remotePort()),
        0,
        0,
        0,
        0,
        peerMss,
        0,
        0,
        0,
        retries,
        SocketDetailsReader.ofHalfOpen(
            listener.settings(), deadline, retries, listener.engine().now()));
  }

  @Override
  public void addCounts(TcpStatistics.Sums sums) {
    // The listener counts at once.
  }

  TcpListener listener() {
    return listener;
  }

  FourTuple ends() {
    return ends;
  }

  int mss() {
    return mss;
  }

  /** The window of our SYN-ACK, in bytes. */
  int window() {
    return window;
  }

  int peerMss() {
    return peerMss;
  }

  int peerWindow() {
    return peerWindow;
  }

  int remoteTimeout() {
    return remoteTimeout;
  }

  boolean isScaling() {
    return sndShift >= 0;
  }

  int sndShift() {
    return Math.max(0, sndShift);
  }

  int rcvShift() {
    return rcvShift;
  }

  /** RCV.NXT. */
  int rcvNxt() {
    return SequenceNumber.add(irs, 1);
  }

  /** SND.NXT. */
  int sndNxt() {
    return SequenceNumber.add(iss, 1);
  }

  /** Whether so long has passed since the last challenge that there may be one now. */
  boolean mayChallenge(long interval, long now) {
    int clock = (int) (now / 1_000_000);
    if (challengedAt != 0 && clock - challengedAt < interval / 1_000_000) {
      return false;
    }
    challengedAt = clock == 0 ? 1 : clock;
    return true;
  }

  @Override
  public String toString() {
    return "half-open tcp " + ends;
  }

  /** The record in a place, if it is one of this listener's; or null. */
  static @Nullable HalfOpen of(@Nullable Occupant occupant, TcpListener listener) {
    return occupant instanceof HalfOpen half && half.listener == listener ? half : null;
  }
}
