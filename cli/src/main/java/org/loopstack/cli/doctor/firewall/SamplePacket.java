// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.firewall;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.loopstack.wire.IpAddress;

/**
 * One of the first two packets of a conversation on the loopback, as rules see it: a SYN of TCP or
 * a datagram of UDP, and the answer.
 */
public final class SamplePacket {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int CLIENT_PORT = 45_678;
  private static final int SYN = 0x02;
  private static final int SYN_ACK = 0x12;

  /** NF_CT_STATE_BIT of the kernel: of a new connection, of one that was answered. */
  private static final int NEW = 8;

  private static final int ESTABLISHED = 2;

  private final IpAddress address;
  private final boolean tcp;
  private final int port;
  private final boolean answer;
  private final byte[] network;
  private final byte[] transport;

  /**
   * One from an address to the same.
   *
   * @param port where to
   */
  public SamplePacket(IpAddress address, boolean tcp, int port) {
    this(address, tcp, port, false);
  }

  private SamplePacket(IpAddress address, boolean tcp, int port, boolean answer) {
    this.answer = answer;
    this.address = address;
    this.tcp = tcp;
    this.port = port;
    this.network = address.isIpv4() ? ipv4() : ipv6();
    this.transport = transport();
  }

  /** What comes back. */
  public SamplePacket answer() {
    return new SamplePacket(address, tcp, port, true);
  }

  /** What is known of its connection. */
  int connectionState() {
    return answer ? ESTABLISHED : NEW;
  }

  private byte[] ipv4() {
    byte[] header = new byte[20];
    header[0] = 0x45;
    header[3] = 60;
    header[8] = 64;
    header[9] = (byte) protocol();
    int _ = address.write(header, 12);
    int _ = address.write(header, 16);
    return header;
  }

  private byte[] ipv6() {
    byte[] header = new byte[40];
    header[0] = 0x60;
    header[6] = (byte) protocol();
    header[7] = 64;
    int _ = address.write(header, 8);
    int _ = address.write(header, 24);
    return header;
  }

  private byte[] transport() {
    ByteBuffer header = ByteBuffer.allocate(20);
    header.putShort((short) (answer ? port : CLIENT_PORT));
    header.putShort((short) (answer ? CLIENT_PORT : port));
    if (tcp) {
      header.put(12, (byte) 0x50).put(13, (byte) (answer ? SYN_ACK : SYN));
    }
    return header.array();
  }

  int protocol() {
    return tcp ? TCP : UDP;
  }

  boolean isIpv6() {
    return address.isIpv6();
  }

  byte[] network() {
    return network;
  }

  byte[] transportHeader() {
    return transport;
  }

  /** As {@code TCP to 127.0.0.1 port 8080}, or {@code the answer to} that. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s%s to %s port %d",
        answer ? "the answer to " : "",
        tcp ? "TCP" : "UDP",
        address,
        port);
  }
}
