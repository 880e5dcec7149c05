// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.SequenceNumber;

/**
 * How much data a segment may carry: RFC 9293 section 3.7.1, "Eff.snd.MSS = min(SendMSS+20, MMS_S)
 * - TCPhdrsize - IPoptionsize", where MMS_S follows the path's MTU (RFC 1191, RFC 8201) and the
 * search for it (RFC 4821).
 */
final class SegmentSize {
  /** Up to here a peer's window is not so small that two segments have to fit into it. */
  private static final int DEFAULT_MSS = 536;

  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;

  /** Null if the profile never searches: most connections have no use for it. */
  private final @Nullable MtuSearch search;

  private int peerMss = DEFAULT_MSS;
  private int mtu;

  /** Whether it is the peer's window that keeps segments small. */
  private boolean boundByWindow;

  SegmentSize(TcpConnection connection) {
    this.connection = connection;
    this.tcb = connection.tcb;
    TcpConfiguration configuration = connection.configuration;
    this.search =
        configuration.mtuProbing() == MtuProbing.OFF ? null : new MtuSearch(configuration);
  }

  /** The connection opens; peerMss is what the peer's SYN has said. */
  void start(int offered, long now) {
    peerMss = offered;
    int base = connection.configuration.baseMss();
    if (search != null) {
      search.start(connection.out.datagramOf(base), connection.out.mtuOf(offered), now);
    }
    grow();
  }

  /** Whether the link or the path has another MTU than at the last {@link #update}. */
  boolean isStale() {
    return connection.out.pathMtu() != mtu;
  }

  /** Whether a larger window of the peer's would allow larger segments. */
  boolean isBoundByWindow() {
    return boundByWindow;
  }

  /** Finds SND.MSS anew; the congestion window stays as many segments. */
  void update() {
    int mss = find();
    if (mss != tcb.sndMss) {
      tcb.sndMss = mss;
      connection.sender.congestion().scaleTo(mss);
    }
  }

  /** The same for a probe that has arrived: the window stays as many bytes. */
  void grow() {
    tcb.sndMss = find();
    connection.sender.congestion().setMss(tcb.sndMss);
  }

  private int find() {
    mtu = connection.out.pathMtu();
    return boundToHalfWindow(dataOf(search == null ? mtu : search.bound(mtu)));
  }

  /** The data of a segment in a datagram of that size. */
  int dataOf(int size) {
    return connection.out.sendMss(peerMss, size);
  }

  /**
   * As Linux: at least two segments fit into the largest window that the peer has offered, so that
   * one can be acknowledged while the other is under way.
   */
  private int boundToHalfWindow(int mss) {
    int window = tcb.maxSndWnd;
    int bound = window > DEFAULT_MSS ? window / 2 : window;
    boundByWindow = window > 0 && mss > bound;
    return boundByWindow ? Math.max(bound, 68 - connection.out.headerLength()) : mss;
  }

  /** Whether a probe may have to be sent. */
  boolean isSearching() {
    return search != null && search.isEnabled();
  }

  /** The size that a probe should have now, or 0; opens the search again when it is time. */
  int probeSize(long now) {
    if (search == null || search.isProbing()) {
      return 0;
    }
    int size = search.candidate();
    if (size == 0) {
      search.reopen(
          connection.out.datagramOf(tcb.sndMss), Math.min(mtu, connection.out.mtuOf(peerMss)), now);
    }
    return size;
  }

  /** A probe of that size is about to leave. */
  void probeSent(int size, int length) {
    if (search != null) {
      search.sent(size, tcb.sndNxt, SequenceNumber.add(tcb.sndNxt, length));
    }
  }

  /** SND.UNA has moved: perhaps beyond a probe. */
  void acknowledged() {
    if (search != null && search.acknowledged(tcb.sndUna)) {
      connection.statistics.increment(TcpCounter.MTU_PROBE_SUCCESS);
      grow();
    }
  }

  /** Whether what is lost, at SND.UNA, is a probe and so no sign of congestion. */
  boolean isProbeLost() {
    boolean lost = search != null && search.lost(tcb.sndUna);
    if (lost) {
      connection.statistics.increment(TcpCounter.MTU_PROBE_FAIL);
    }
    return lost;
  }

  /** Something is sent again: whatever becomes of a probe now says nothing of its size. */
  void abandonProbe() {
    if (search != null) {
      search.abandon();
    }
  }

  /** Timeouts look as if large segments vanished (RFC 4821 section 7.7). */
  void blackHole(long now) {
    if (search == null) {
      return;
    }
    TcpConfiguration configuration = connection.configuration;
    int half = dataOf(search.low()) / 2;
    int least = Math.max(configuration.mtuProbeFloor(), configuration.minSendMss());
    int smaller = Math.max(Math.min(configuration.baseMss(), half), least);
    search.blackHole(connection.out.datagramOf(smaller), now);
    update();
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    peerMss = c.carry(peerMss);
    mtu = c.carry(mtu);
    boundByWindow = c.carry(boundByWindow);
    if (search != null) {
      search.carry(c);
    }
  }
}
