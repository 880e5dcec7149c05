// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpOptions;

/**
 * Fast Open on one connection (RFC 7413 section 4.2): what its SYN carries, and whether the user
 * may send or read before the handshake is done. Guarded by the endpoint's lock.
 */
final class FastOpening {
  /** RFC 9293's default for IPv4 (MUST-15). */
  private static final int DEFAULT_MSS = 536;

  private final TransmissionControlBlock tcb;
  private @Nullable FastOpen memory;
  private @Nullable IpAddress peer;
  private @Nullable FastOpenOption option;
  private int room;
  private boolean early;
  private boolean waiting;

  /** Whether data of a SYN was taken, by us or by the peer. */
  private boolean synData;

  /** Whether our SYN had the option. */
  private boolean asked;

  /** Whether what has happened since was held against the path already. */
  private boolean suspected;

  FastOpening(TransmissionControlBlock tcb) {
    this.tcb = tcb;
  }

  /** Whether the user may use the connection before the handshake is done. */
  boolean isEarly() {
    return early;
  }

  /** Whether the connection began with data: TCP_INFO's TCPI_OPT_SYN_DATA. */
  boolean hasSynData() {
    return synData;
  }

  /** Whether our SYN waits for data to go with it. */
  boolean isWaiting() {
    return waiting;
  }

  /** The option that our SYN or SYN-ACK carries, or null. */
  @Nullable FastOpenOption option() {
    return option;
  }

  // ---- client ----

  /** The user wants the first data to go with the SYN, if the peer's cookie is known. */
  void connect(FastOpen known, IpAddress remote, long now) {
    memory = known;
    peer = remote;
    FastOpen.Peer before = known.find(remote, now);
    FastOpenOption request = known.request(remote, now);
    if (request != null && known.sendsNoCookie()) {
      room = DEFAULT_MSS - TcpOptions.MAX_LENGTH;
      early = true;
      waiting = true;
    } else if (before != null) {
      option = before.cookie();
      // Section 4.1.3: without a cached MSS the data is limited by the default one; the options
      // take of it what they may.
      room = Math.max(0, before.mss() - TcpOptions.MAX_LENGTH);
      early = true;
      waiting = true;
    } else {
      option = request;
    }
    asked = option != null;
  }

  /** The SYN goes now, and so much data with it. */
  int launch(int queued, int mss) {
    waiting = false;
    return early
        ? Math.clamp(queued, 0, Math.min(room, Math.max(0, mss - TcpOptions.MAX_LENGTH)))
        : 0;
  }

  /**
   * The SYN goes again, as it would have without Fast Open: the path may let no such option, or no
   * data in a SYN, pass.
   */
  void fallBack() {
    waiting = false;
    option = null;
  }

  /**
   * A segment was sent again. As Linux: the second timeout in a row of a connection that began by
   * Fast Open may be something on the path that does not like how it began.
   */
  void onTimeout(int times, long now) {
    FastOpen known = memory;
    IpAddress remote = peer;
    if (times == 2 && asked && !suspected && known != null && remote != null) {
      suspected = true;
      known.vanished(remote, now);
    }
  }

  /** The answer to our SYN: a cookie, perhaps; and whether the data has arrived. */
  void synAckArrived(Segment synAck, boolean again, long now) {
    FastOpen known = memory;
    IpAddress remote = peer;
    if (known == null || remote == null) {
      return;
    }
    boolean acknowledged = SequenceNumber.gt(synAck.ack, SequenceNumber.add(tcb.iss, 1));
    synData = acknowledged;
    int length = synAck.options().fastOpenCookieLength();
    if (acknowledged || (!again && option != null)) {
      known.passed(remote);
      if (length < 0 && option != null && option.isRequest()) {
        known.refused(remote);
      }
    } else if (again && asked && !suspected) {
      suspected = true;
      known.vanished(remote, now);
    }
    if (length > 0) {
      int at = synAck.options().fastOpenCookieAt();
      FastOpenOption cookie =
          new FastOpenOption(
              Arrays.copyOfRange(synAck.packet().head(), at, at + length),
              synAck.options().isFastOpenExperimental());
      int mss = synAck.options().mss();
      known.remember(remote, new FastOpen.Peer(cookie, mss > 0 ? mss : DEFAULT_MSS));
    }
  }

  // ---- server ----

  /** A SYN whose cookie is right, and there is room: its data, if it has some, is taken. */
  void accept(boolean data) {
    early = true;
    synData = data;
  }

  /** Nobody has room for it after all. */
  void refuse() {
    early = false;
  }

  /** A SYN that asks for a cookie, or has a wrong one: the SYN-ACK brings the right one. */
  void offer(FastOpenOption cookie) {
    option = cookie;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    memory = c.carryObject(memory);
    peer = c.carryObject(peer);
    option = c.carryObject(option);
    room = c.carry(room);
    early = c.carry(early);
    waiting = c.carry(waiting);
    synData = c.carry(synData);
    asked = c.carry(asked);
    suspected = c.carry(suspected);
  }
}
