// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.io.IOException;
import java.util.List;
import org.loopstack.wire.IpAddress;

/**
 * An interface of a stack: a link with a name, an index, addresses and counters. What it is asked,
 * it answers as of now; what it is told takes effect before the call returns. Safe for use by many
 * threads. After it was removed from its stack it is down and has no address.
 */
public interface StackInterface {
  /** The index, from 1 on; never used again for another interface of the stack. */
  int index();

  /** The name, as {@code lo}. */
  String name();

  /** Whether it is the loopback. */
  boolean isLoopback();

  /** Whether it is up. */
  boolean isUp();

  /**
   * Brings the interface up or down. The loopback gets 127.0.0.1/8 and ::1/128 when it comes up and
   * has no address of that version; any interface loses its IPv6 addresses when it goes down, as on
   * Linux.
   */
  void setUp(boolean up);

  /** The largest datagram that is sent by it, in bytes. */
  int mtu();

  /**
   * Changes the MTU. Below 1280 bytes the interface loses its IPv6 addresses (RFC 8200 section 5).
   *
   * @param mtu 68 bytes to what the link carries
   * @throws IllegalArgumentException if it is out of range
   */
  void setMtu(int mtu);

  /** Its addresses without their prefix lengths, in the order in which they were added. */
  List<IpAddress> addresses();

  /**
   * Adds an address.
   *
   * @param address {@code ADDRESS/LENGTH}, as in {@code 10.0.0.1/24}; without a length the one
   *     address
   * @throws IllegalArgumentException if it is no address, or none that an interface can have
   * @throws IOException if the interface has it already, does not speak IPv6, was removed, or is
   *     not the loopback and the address is 127/8 or ::1
   */
  void addAddress(String address) throws IOException;

  /**
   * Removes an address.
   *
   * @return whether it was there
   */
  boolean removeAddress(IpAddress address);
}
