// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.loopstack.Stack;
import org.loopstack.capture.CaptureRing;
import org.loopstack.fault.Faults;
import org.loopstack.junit.LoopbackTest;
import org.loopstack.wire.PacketPrinter;

/**
 * A test that fails once in a while, because one read is not always one message, made to fail each
 * time: the message comes in two segments, the second some time after the first.
 */
@LoopbackTest
class FlakyTestTest {
  private static final String MESSAGE = "hello, world";

  /** The mistake: TCP is a stream, and a read returns what is there. */
  private static String readOnce(InputStream in) throws IOException {
    byte[] buffer = new byte[64];
    int count = in.read(buffer);
    return new String(buffer, 0, count, StandardCharsets.UTF_8);
  }

  private static String readAll(InputStream in) throws IOException {
    return new String(in.readNBytes(MESSAGE.length()), StandardCharsets.UTF_8);
  }

  private interface Reader {
    String read(InputStream in) throws IOException;
  }

  private static String exchange(Stack stack, Reader reader) throws IOException {
    try (ServerSocket server =
            stack
                .serverSocketFactory()
                .createServerSocket(8080, 50, InetAddress.getByName("127.0.0.1"));
        Socket client = stack.socketFactory().createSocket("127.0.0.1", 8080);
        Socket accepted = server.accept()) {
      client.setTcpNoDelay(true);
      client.getOutputStream().write(MESSAGE.substring(0, 5).getBytes(StandardCharsets.UTF_8));
      client.getOutputStream().write(MESSAGE.substring(5).getBytes(StandardCharsets.UTF_8));
      return reader.read(accepted.getInputStream());
    }
  }

  @Test
  void withoutARuleItPasses(Stack stack) throws IOException {
    assertThat(exchange(stack, FlakyTestTest::readOnce)).isEqualTo(MESSAGE);
  }

  @RepeatedTest(10)
  void withTheSecondSegmentLateItFailsEachTime(Stack stack, Faults faults) throws IOException {
    faults.add("latency 50ms tcp dst port 8080 data skip 1");
    assertThat(exchange(stack, FlakyTestTest::readOnce)).isEqualTo("hello");
  }

  @RepeatedTest(10)
  void andWhenItIsMendedItPassesEachTime(Stack stack, Faults faults) throws IOException {
    faults.add("latency 50ms tcp dst port 8080 data skip 1");
    assertThat(exchange(stack, FlakyTestTest::readAll)).isEqualTo(MESSAGE);
  }

  private static List<String> lastRun = List.of();

  /** The same seed, the same packets: also what is random repeats itself. */
  @RepeatedTest(5)
  void aThirdOfThePacketsIsLostAndItIsTheSameThirdEachTime(
      Stack stack, Faults faults, CaptureRing packets) throws IOException {
    faults.add("loss 33% tcp");
    assertThat(exchange(stack, FlakyTestTest::readAll)).isEqualTo(MESSAGE);
    List<String> run =
        packets.packets().stream().map(p -> PacketPrinter.print(p.bytes().toByteArray())).toList();
    assertThat(lastRun.isEmpty() || lastRun.equals(run)).as("%s%n%s", lastRun, run).isTrue();
    lastRun = run;
  }
}
