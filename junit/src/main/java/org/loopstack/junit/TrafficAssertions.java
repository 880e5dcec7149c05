// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.loopstack.capture.CaptureReader;
import org.loopstack.capture.CaptureRing;
import org.loopstack.capture.CapturedPacket;

/**
 * The way to say what has to have passed:
 *
 * <pre>{@code
 * import static org.loopstack.junit.TrafficAssertions.assertThat;
 *
 * assertThat(capture).tcp(8080).handshakes(1).retransmissions(0).bytesSent(5);
 * }</pre>
 *
 * <p>It needs no other library, and stands beside {@code assertThat} of AssertJ, Truth or Hamcrest
 * in the same file. A failure is an {@link AssertionError} that shows the packets.
 */
public final class TrafficAssertions {
  private TrafficAssertions() {}

  /** About the packets that the ring keeps now. */
  public static TrafficAssert assertThat(CaptureRing ring) {
    return assertThatPackets(ring.packets());
  }

  /** About these packets. */
  public static TrafficAssert assertThatPackets(List<CapturedPacket> packets) {
    return new TrafficAssert("", List.copyOf(packets));
  }

  /**
   * About the packets of a capture, pcapng or pcap.
   *
   * @throws IOException if it cannot be read
   */
  public static TrafficAssert assertThatCapture(Path file) throws IOException {
    return assertThatPackets(CaptureReader.readAll(file));
  }
}
