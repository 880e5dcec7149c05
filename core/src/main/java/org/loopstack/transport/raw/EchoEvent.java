// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.raw;

import org.loopstack.internet.IcmpError;
import org.loopstack.wire.IpAddress;

/** What can come back after an echo request. */
public sealed interface EchoEvent {
  /** Who sent it. */
  IpAddress from();

  /** The sequence number of the request that it is about. */
  int sequence();

  /** When it came in, in nanoseconds of the stack's clock. */
  long time();

  /**
   * An echo reply.
   *
   * @param from who sent it
   * @param to the address of ours that it was sent to
   * @param sequence the request's sequence number
   * @param hopLimit what was left of the time to live
   * @param data the reply's data, a copy
   * @param time when it came in
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares events.
  record Reply(IpAddress from, IpAddress to, int sequence, int hopLimit, byte[] data, long time)
      implements EchoEvent {}

  /**
   * An ICMP error about a request.
   *
   * @param from who reports it
   * @param to where the request was sent
   * @param sequence the request's sequence number
   * @param kind what happened
   * @param type the ICMP type
   * @param code the ICMP code
   * @param mtu the next hop's MTU if the request was too big, else 0
   * @param time when it came in
   */
  record Failure(
      IpAddress from,
      IpAddress to,
      int sequence,
      IcmpError.Kind kind,
      int type,
      int code,
      int mtu,
      long time)
      implements EchoEvent {}
}
