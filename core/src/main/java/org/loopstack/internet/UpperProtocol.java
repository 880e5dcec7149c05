// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.loopstack.buffer.Packet;
import org.loopstack.wire.IpAddress;

/**
 * What the internet layer hands datagrams to. Declared here, below, and implemented above. Called
 * on any thread, possibly while the sender's endpoint is locked: an implementation finds the
 * receiver, offers it the packet and returns.
 */
public interface UpperProtocol {
  /**
   * A complete, valid datagram for this host.
   *
   * @param packet begins with its IP header, and says where the transport header is
   * @param source who sent it
   * @param destination an address of ours, or a broadcast address or group that we listen to
   */
  void receive(Packet packet, IpAddress source, IpAddress destination);

  /**
   * An ICMP error about a datagram that this host sent.
   *
   * @param error what it says; its packet is the ICMP message
   */
  void receiveError(IcmpError error);

  /**
   * Whether this protocol finds out itself if an error is about something that it has sent, so that
   * a forged "packet too big" is not believed before (RFC 5927 section 7); it then calls {@link
   * Internet#learnPathMtu}.
   */
  default boolean checksErrors() {
    return false;
  }
}
