// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TcpHeader;

/**
 * The conversation that a script's packets belong to, and how its numbers map to those on the wire.
 * As in packetdrill a script counts from its SYN: sequence numbers in SYN segments are as written,
 * all others are relative to the initial sequence number.
 */
final class Flow {
  /** Where the flow comes from. */
  enum Origin {
    /** A listening socket, whose first packet is still to come. */
    LISTENING,
    /** A packet that the script has sent. */
    PASSIVE,
    /** A call of connect. */
    ACTIVE
  }

  final boolean udp;
  Origin origin;
  IpAddress localIp;
  int localPort;
  IpAddress remoteIp;
  int remotePort;

  /** The sequence number that the script gives the stack's SYN, and the one on the wire. */
  int scriptLocalIsn;

  int liveLocalIsn;
  boolean localIsnKnown;

  /** The same for the peer's SYN. */
  int scriptRemoteIsn;

  int liveRemoteIsn;
  boolean remoteIsnKnown;

  /** Whether the next SYN of the stack may begin a new numbering: the peer has opened again. */
  boolean reopened;

  private final Map<Integer, Integer> timestamps = new HashMap<>();
  private boolean timestampKnown;
  private int firstScriptTimestamp;
  private int firstLiveTimestamp;

  /** What the socket has been given to send, in order. */
  final ByteArrayOutputStream written = new ByteArrayOutputStream();

  Flow(boolean udp, Origin origin, TransportAddress local, TransportAddress remote) {
    this.udp = udp;
    this.origin = origin;
    localIp = local.address();
    localPort = local.port();
    remoteIp = remote.address();
    remotePort = remote.port();
  }

  TransportAddress local() {
    return new TransportAddress(localIp, localPort);
  }

  TransportAddress remote() {
    return new TransportAddress(remoteIp, remotePort);
  }

  /** What to add to the stack's sequence number in a script to have the one on the wire. */
  int localOffset(boolean syn) {
    return syn ? liveLocalIsn - scriptLocalIsn : liveLocalIsn;
  }

  /** What to add to the peer's sequence number in a script to have the one on the wire. */
  int remoteOffset(boolean syn) {
    return syn ? liveRemoteIsn - scriptRemoteIsn : liveRemoteIsn;
  }

  /** Learns how a timestamp of the stack's reads in the script. */
  private void learnTimestamp(int script, int live) {
    timestamps.put(script, live);
    if (!timestampKnown) {
      timestampKnown = true;
      firstScriptTimestamp = script;
      firstLiveTimestamp = live;
    }
  }

  /** What a timestamp of the stack's is in the script. */
  int scriptTimestamp(int live) {
    return live - firstLiveTimestamp + firstScriptTimestamp;
  }

  /**
   * What a timestamp echo of the script's is on the wire.
   *
   * @param scaled whether one that was never sent may be interpolated
   * @return null if nobody knows
   */
  @Nullable Integer liveEcho(int script, boolean scaled) {
    Integer known = timestamps.get(script);
    if (known == null && scaled && timestampKnown) {
      return script - firstScriptTimestamp + firstLiveTimestamp;
    }
    return known;
  }

  /** Whether the stack has sent a datagram as a part of this flow. */
  boolean sends(Observed o) {
    if (!o.destination.equals(remoteIp)) {
      return false;
    }
    if (o.isIcmp()) {
      return true;
    }
    if (o.isUdp() != udp) {
      return false;
    }
    // A UDP socket sends to whom it likes.
    boolean peer = udp || o.destinationPort() == remotePort;
    return peer && o.sourcePort() == localPort && o.source.equals(localIp);
  }

  /**
   * Takes from a SYN how the stack numbers, and from any segment how its clock reads.
   *
   * @return whether the numbering is new
   */
  boolean learn(PacketSpec.TcpPacket expected, Observed actual) {
    if (!actual.isTcp()) {
      return false;
    }
    boolean expectsSyn = (expected.flags() & TcpHeader.SYN) != 0;
    boolean isNew = actual.isSyn() && expectsSyn && (!localIsnKnown || reopened);
    if (isNew) {
      localIsnKnown = true;
      reopened = false;
      scriptLocalIsn = (int) expected.sequence();
      liveLocalIsn = actual.sequence();
    }
    TcpOption.Timestamps script = timestamps(expected.options());
    TcpOption.Timestamps live = timestamps(actual.options());
    if (script != null && live != null) {
      learnTimestamp((int) script.value(), (int) live.value());
    }
    return isNew;
  }

  private static TcpOption.@Nullable Timestamps timestamps(@Nullable List<TcpOption> options) {
    if (options != null) {
      for (TcpOption each : options) {
        if (each instanceof TcpOption.Timestamps found) {
          return found;
        }
      }
    }
    return null;
  }
}
