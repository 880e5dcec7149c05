// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.junit.TcpPacket.End;
import org.loopstack.wire.TcpHeader;

/**
 * What is claimed about TCP. Each claim returns the same object, or throws an {@link
 * AssertionError} that shows the packets, those that count marked with {@code >}.
 *
 * <p>Who has sent the SYN is the client; what it sends is <em>sent</em>, what comes back
 * <em>received</em>. A segment that a fault rule has dropped was sent, but completes no handshake.
 */
public final class TcpTrafficAssert {
  private final String subject;
  private final List<TcpPacket> packets;
  private final int port;
  private final List<TcpConversation> conversations = new ArrayList<>();
  private final List<TcpPacket> retransmissions = new ArrayList<>();

  TcpTrafficAssert(String subject, List<TcpPacket> packets, int port) {
    this.subject = subject;
    this.packets = packets;
    this.port = port;
    Map<Set<End>, TcpConversation> open = new HashMap<>();
    for (TcpPacket packet : packets) {
      Set<End> ends = new HashSet<>(List.of(packet.from(), packet.to()));
      TcpConversation conversation = open.get(ends);
      if (conversation == null || (packet.opens() && conversation.isNew(packet))) {
        conversation = new TcpConversation(client(packet), packet);
        conversations.add(conversation);
        open.put(ends, conversation);
      }
      if (conversation.note(packet)) {
        retransmissions.add(packet);
      }
    }
  }

  private End client(TcpPacket first) {
    boolean fromServer =
        !first.opens() && (first.has(TcpHeader.SYN) || first.segment().sourcePort() == port);
    return fromServer ? first.to() : first.from();
  }

  /** So many connections were begun or tried; a SYN that is sent again begins nothing new. */
  public TcpTrafficAssert connections(int count) {
    return claim("connections", count, conversations.size(), List.of());
  }

  /** So many handshakes were completed: SYN, SYN-ACK and ACK have arrived. */
  public TcpTrafficAssert handshakes(int count) {
    long done = conversations.stream().filter(TcpConversation::isEstablished).count();
    return claim("handshakes", count, done, that(p -> p.has(TcpHeader.SYN)));
  }

  /** So many SYNs of clients were sent, those sent again included. */
  public TcpTrafficAssert syns(int count) {
    return claim("SYNs", count, that(TcpPacket::opens));
  }

  /** So many segments carried something that had been sent before. */
  public TcpTrafficAssert retransmissions(int count) {
    return claim("retransmissions", count, retransmissions);
  }

  /** At least so many segments carried something that had been sent before. */
  public TcpTrafficAssert retransmissionsAtLeast(int count) {
    return claimAtLeast("retransmissions", count, retransmissions);
  }

  /** So many segments had RST set. */
  public TcpTrafficAssert resets(int count) {
    return claim("resets", count, that(p -> p.has(TcpHeader.RST)));
  }

  /** So many connections were closed by both ends, with a FIN each. */
  public TcpTrafficAssert closes(int count) {
    long done = conversations.stream().filter(TcpConversation::isFinished).count();
    return claim("closes by both ends", count, done, that(p -> p.has(TcpHeader.FIN)));
  }

  /** So many segments said that there is no room: a window of zero. */
  public TcpTrafficAssert zeroWindows(int count) {
    return claim("windows of zero", count, that(TcpTrafficAssert::saysNoRoom));
  }

  /** At least so many segments said that there is no room. */
  public TcpTrafficAssert zeroWindowsAtLeast(int count) {
    return claimAtLeast("windows of zero", count, that(TcpTrafficAssert::saysNoRoom));
  }

  private static boolean saysNoRoom(TcpPacket p) {
    return p.segment().window() == 0 && !p.has(TcpHeader.RST) && !p.has(TcpHeader.SYN);
  }

  /** So many segments were sent, in both directions. */
  public TcpTrafficAssert segments(int count) {
    return claim("segments", count, packets.size(), List.of());
  }

  /** So many segments were dropped on their way, by a fault rule or by the stack. */
  public TcpTrafficAssert dropped(int count) {
    return claim("dropped segments", count, that(p -> !p.isDelivered()));
  }

  /** So many bytes of data came from the clients, each counted once. */
  public TcpTrafficAssert bytesSent(long count) {
    long sum = conversations.stream().mapToLong(TcpConversation::bytesSent).sum();
    return claim("bytes sent", count, sum, that(p -> p.dataLength() > 0));
  }

  /** So many bytes of data came to the clients, each counted once. */
  public TcpTrafficAssert bytesReceived(long count) {
    long sum = conversations.stream().mapToLong(TcpConversation::bytesReceived).sum();
    return claim("bytes received", count, sum, that(p -> p.dataLength() > 0));
  }

  private List<TcpPacket> that(Predicate<TcpPacket> wanted) {
    return packets.stream().filter(wanted).toList();
  }

  private TcpTrafficAssert claim(String what, int expected, List<TcpPacket> found) {
    return claim(what, expected, found.size(), found);
  }

  private TcpTrafficAssert claimAtLeast(String what, int least, List<TcpPacket> found) {
    if (found.size() < least) {
      throw failure(what, "at least " + least, found.size(), found);
    }
    return this;
  }

  private TcpTrafficAssert claim(String what, long expected, long found, List<TcpPacket> marked) {
    if (found != expected) {
      throw failure(what, String.valueOf(expected), found, marked);
    }
    return this;
  }

  private AssertionError failure(String what, String expected, long found, List<TcpPacket> marked) {
    Set<CapturedPacket> counted = new HashSet<>();
    marked.forEach(p -> counted.add(p.packet()));
    List<CapturedPacket> all = packets.stream().map(TcpPacket::packet).toList();
    return TrafficAssert.failure(what, expected, String.valueOf(found), subject, all, counted);
  }
}
