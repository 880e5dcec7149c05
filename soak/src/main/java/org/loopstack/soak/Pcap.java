// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes datagrams to a file that tcpdump and Wireshark read: the classic format of libpcap
 * (draft-ietf-opsawg-pcap), with nanoseconds, and IP without a link header (LINKTYPE_RAW).
 */
public final class Pcap implements Closeable {
  private static final int MAGIC_NANOSECONDS = 0xa1b2_3c4d;
  private static final int LINKTYPE_RAW = 101;
  private static final int SNAPLEN = 262_144;

  private final DataOutputStream out;

  /**
   * A file; one of that name is overwritten.
   *
   * @throws IOException if it cannot be written
   */
  public Pcap(Path file) throws IOException {
    out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    out.writeInt(MAGIC_NANOSECONDS);
    out.writeShort(2);
    out.writeShort(4);
    out.writeLong(0);
    out.writeInt(SNAPLEN);
    out.writeInt(LINKTYPE_RAW);
  }

  /**
   * Adds a datagram.
   *
   * @param nanos its time, in nanoseconds since 1970
   * @throws IOException if it cannot be written
   */
  public void write(long nanos, byte[] datagram) throws IOException {
    out.writeInt((int) (nanos / 1_000_000_000L));
    out.writeInt((int) (nanos % 1_000_000_000L));
    out.writeInt(datagram.length);
    out.writeInt(datagram.length);
    out.write(datagram);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
