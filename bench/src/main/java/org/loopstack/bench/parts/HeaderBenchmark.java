// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import java.util.concurrent.TimeUnit;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TcpOptionWriter;
import org.loopstack.wire.TcpOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The headers of a TCP segment with timestamps in an IPv4 datagram, written and read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBenchmark {
  private static final int TCP_LENGTH =
      TcpHeader.MIN_LENGTH + TcpOptionWriter.segmentLength(true, 0);
  private static final int TOTAL_LENGTH = Ipv4Header.MIN_LENGTH + TCP_LENGTH + 1;
  private static final int[] NO_EDGES = {};

  private final byte[] bytes = new byte[TOTAL_LENGTH];
  private final IpAddress address = IpAddress.parse("127.0.0.1");
  private final TcpOptions options = new TcpOptions();
  private int sequence;

  /** Writes what {@link #parse} reads. */
  @Setup
  public void fill() {
    encode();
  }

  /** Writes both headers and the timestamps. */
  @Benchmark
  public byte[] encode() {
    int at = Ipv4Header.MIN_LENGTH;
    int number = sequence++;
    int optionsAt = at + TcpHeader.MIN_LENGTH;
    TcpOptionWriter.segment(bytes, optionsAt, true, number, number - 1, NO_EDGES, 0);
    TcpHeader.encode(bytes, at, 40_000, 8080, number, -number, TCP_LENGTH, TcpHeader.ACK, 512, 0);
    Ipv4Header.encode(
        bytes,
        0,
        Ipv4Header.MIN_LENGTH,
        0,
        TOTAL_LENGTH,
        number & 0xffff,
        Ipv4Header.DONT_FRAGMENT,
        0,
        64,
        IpProtocol.TCP,
        address,
        address);
    return bytes;
  }

  /** Checks both headers, parses the options and reads the fields that a connection needs. */
  @Benchmark
  public int parse() {
    if (Ipv4Header.validate(bytes, 0, TOTAL_LENGTH) != null) {
      throw new IllegalStateException("the IPv4 header was refused");
    }
    int at = Ipv4Header.payloadAt(bytes, 0);
    if (TcpHeader.validate(bytes, at, TOTAL_LENGTH) != null || !options.parseHeader(bytes, at)) {
      throw new IllegalStateException("the TCP header was refused");
    }
    return TcpHeader.sourcePort(bytes, at)
        ^ TcpHeader.destinationPort(bytes, at)
        ^ TcpHeader.sequence(bytes, at)
        ^ TcpHeader.acknowledgment(bytes, at)
        ^ TcpHeader.flags(bytes, at)
        ^ TcpHeader.window(bytes, at)
        ^ TcpHeader.payloadLength(bytes, at, TOTAL_LENGTH)
        ^ options.timestampValue()
        ^ options.timestampEcho();
  }
}
