// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.wire.IpPayload;
import org.loopstack.wire.TcpSegment;
import org.loopstack.wire.UdpDatagram;

/**
 * What is claimed about packets. Each claim returns the same object, or throws an {@link
 * AssertionError} that shows the packets.
 */
public final class TrafficAssert {
  private final String subject;
  private final List<CapturedPacket> packets;

  TrafficAssert(String subject, List<CapturedPacket> packets) {
    this.subject = subject;
    this.packets = packets;
  }

  /** About all that is TCP. */
  public TcpTrafficAssert tcp() {
    return new TcpTrafficAssert("TCP", List.copyOf(TcpPacket.of(packets)), -1);
  }

  /**
   * About the connections of one port.
   *
   * @param port usually the server's; from or to it
   * @throws IllegalArgumentException if it is not 1 to 65535
   */
  public TcpTrafficAssert tcp(int port) {
    check(port);
    List<TcpPacket> chosen =
        TcpPacket.of(packets).stream()
            .filter(p -> isOn(port, p.segment().sourcePort(), p.segment().destinationPort()))
            .toList();
    return new TcpTrafficAssert("TCP port " + port, chosen, port);
  }

  /** About all that is UDP. */
  public TrafficAssert udp() {
    return only("UDP", payload -> payload instanceof UdpDatagram);
  }

  /**
   * About the datagrams of one port.
   *
   * @param port from or to it
   * @throws IllegalArgumentException if it is not 1 to 65535
   */
  public TrafficAssert udp(int port) {
    check(port);
    return only(
        "UDP port " + port,
        payload ->
            payload instanceof UdpDatagram udp
                && isOn(port, udp.sourcePort(), udp.destinationPort()));
  }

  /** About what is neither TCP nor UDP: ICMP, fragments. */
  public TrafficAssert others() {
    return only(
        "neither TCP nor UDP",
        payload -> !(payload instanceof TcpSegment || payload instanceof UdpDatagram));
  }

  private static void check(int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("A port is 1 to 65535: " + port);
    }
  }

  private static boolean isOn(int port, int source, int destination) {
    return source == port || destination == port;
  }

  private TrafficAssert only(String words, Predicate<IpPayload> wanted) {
    return new TrafficAssert(
        words,
        packets.stream()
            .filter(
                packet -> {
                  IpPayload payload = TcpPacket.payload(packet);
                  return payload != null && wanted.test(payload);
                })
            .toList());
  }

  /** So many packets have passed, those that a fault rule has dropped included. */
  public TrafficAssert packets(int count) {
    return claim("packets", count, packets);
  }

  /** Nothing has passed. */
  public TrafficAssert isEmpty() {
    return packets(0);
  }

  /** So many packets were dropped, by a fault rule or by the stack. */
  public TrafficAssert dropped(int count) {
    return claim("dropped packets", count, packets.stream().filter(TcpPacket::isDropped).toList());
  }

  private TrafficAssert claim(String what, int expected, List<CapturedPacket> found) {
    if (found.size() != expected) {
      throw failure(
          what,
          String.valueOf(expected),
          String.valueOf(found.size()),
          subject,
          packets,
          Set.copyOf(found));
    }
    return this;
  }

  /** Says what was expected and what there was, and shows the packets, those that count marked. */
  static AssertionError failure(
      String what,
      String expected,
      String actual,
      String subject,
      List<CapturedPacket> packets,
      Set<CapturedPacket> marked) {
    String of = subject.isEmpty() ? "" : " of " + subject;
    return new AssertionError(
        "Expected %s %s%s, but there were %s:%n%s"
            .formatted(
                expected,
                what,
                of,
                actual,
                PacketLines.last(packets, 200, marked).stripTrailing()));
  }
}
