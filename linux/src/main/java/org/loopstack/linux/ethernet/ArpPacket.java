// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import static org.loopstack.linux.ethernet.EthernetFrame.ADDRESS_LENGTH;
import static org.loopstack.linux.ethernet.EthernetFrame.HEADER_LENGTH;

import java.util.Arrays;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;

/** What RFC 826 puts into a frame, for IPv4 over Ethernet. */
final class ArpPacket {
  static final int REQUEST = 1;
  static final int REPLY = 2;

  private static final int LENGTH = 28;
  private static final int OPERATION = HEADER_LENGTH + 6;
  private static final int SENDER = HEADER_LENGTH + 8;
  private static final int SENDER_IP = HEADER_LENGTH + 14;
  private static final int TARGET = HEADER_LENGTH + 18;
  private static final int TARGET_IP = HEADER_LENGTH + 24;

  private ArpPacket() {}

  /** Hardware type 1, protocol 0x0800, lengths 6 and 4; whole. */
  static boolean isValid(byte[] frame) {
    return frame.length >= HEADER_LENGTH + LENGTH
        && Bytes.i32(frame, HEADER_LENGTH) == 0x0001_0800
        && Bytes.u16(frame, HEADER_LENGTH + 4) == 0x0604;
  }

  static int operation(byte[] frame) {
    return Bytes.u16(frame, OPERATION);
  }

  static byte[] sender(byte[] frame) {
    return Arrays.copyOfRange(frame, SENDER, SENDER + ADDRESS_LENGTH);
  }

  static IpAddress senderAddress(byte[] frame) {
    return IpAddress.readIpv4(frame, SENDER_IP);
  }

  static IpAddress targetAddress(byte[] frame) {
    return IpAddress.readIpv4(frame, TARGET_IP);
  }

  /**
   * A frame with a request or a reply.
   *
   * @param to who receives it; in a request everybody
   */
  static byte[] frame(int operation, byte[] to, byte[] from, IpAddress sender, IpAddress target) {
    byte[] frame = new byte[HEADER_LENGTH + LENGTH];
    EthernetFrame.encode(frame, to, from, EthernetFrame.TYPE_ARP);
    byte[] fixed = {0, 1, 8, 0, ADDRESS_LENGTH, 4, 0, (byte) operation};
    System.arraycopy(fixed, 0, frame, HEADER_LENGTH, fixed.length);
    System.arraycopy(from, 0, frame, SENDER, ADDRESS_LENGTH);
    int _ = sender.write(frame, SENDER_IP);
    if (operation == REPLY) {
      System.arraycopy(to, 0, frame, TARGET, ADDRESS_LENGTH);
    }
    int _ = target.write(frame, TARGET_IP);
    return frame;
  }
}
