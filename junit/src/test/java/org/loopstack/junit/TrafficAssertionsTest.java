// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.junit.TrafficAssertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.Fault;
import org.loopstack.fault.Faults;
import org.loopstack.fault.Match;

@LoopbackTest
class TrafficAssertionsTest {
  private Stack stack;
  private VirtualClock clock;

  @BeforeEach
  void remember(Stack test, VirtualClock time) {
    stack = test;
    clock = time;
  }

  private ServerSocket listen() throws IOException {
    ServerSocket server = stack.serverSocketFactory().createServerSocket();
    server.bind(new InetSocketAddress("127.0.0.1", 8080));
    return server;
  }

  private Socket connect() throws IOException {
    return stack.socketFactory().createSocket("127.0.0.1", 8080);
  }

  private void exchange(int there, int back) throws IOException {
    try (ServerSocket server = listen();
        Socket client = connect();
        Socket accepted = server.accept()) {
      client.getOutputStream().write(new byte[there]);
      accepted.getInputStream().readNBytes(there);
      accepted.getOutputStream().write(new byte[back]);
      client.getInputStream().readNBytes(back);
      client.shutdownOutput();
      org.assertj.core.api.Assertions.assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void countsWhatAConnectionHasSent(CaptureRing packets) throws IOException {
    exchange(100_000, 7);
    assertThat(packets)
        .tcp(8080)
        .connections(1)
        .syns(1)
        .handshakes(1)
        .bytesSent(100_000)
        .bytesReceived(7)
        .retransmissions(0)
        .resets(0)
        .dropped(0)
        .closes(1)
        .zeroWindows(0);
    assertThat(packets).udp().isEmpty();
    assertThat(packets).others().isEmpty();
    assertThat(packets).tcp(9090).connections(0).segments(0);
  }

  @Test
  void aSynThatWasDroppedIsSentAgain(CaptureRing packets, Faults faults) throws IOException {
    faults.add(Fault.on(Match.tcp().port(8080).syn()).drop().times(2));
    exchange(1, 1);
    assertThat(packets)
        .tcp(8080)
        .connections(1)
        .syns(3)
        .dropped(2)
        .handshakes(1)
        .retransmissions(2);
  }

  @Test
  @Faulty("drop tcp dst port 8080 syn times 3")
  void rulesCanBeWrittenAboveTheTest(CaptureRing packets, Faults faults) throws IOException {
    exchange(1, 1);
    assertThat(packets).tcp(8080).dropped(3).handshakes(1);
    org.assertj.core.api.Assertions.assertThat(faults.list()).hasSize(1);
  }

  @Test
  void dataThatWasDroppedIsCountedOnceAndIsARetransmission(CaptureRing packets, Faults faults)
      throws IOException {
    faults.add(Fault.on(Match.tcp().dstPort(8080).data()).drop().nth(1));
    exchange(5, 5);
    assertThat(packets)
        .tcp(8080)
        .bytesSent(5)
        .bytesReceived(5)
        .dropped(1)
        .retransmissionsAtLeast(1);
    assertThat(packets).dropped(1);
  }

  @Test
  void aPortThatNobodyListensOnResets(CaptureRing packets) {
    assertThatThrownBy(this::connect).hasMessage("Connection refused");
    assertThat(packets).tcp(8080).connections(1).handshakes(0).resets(1).segments(2);
  }

  @Test
  void aReaderWhoDoesNotReadClosesTheWindow(CaptureRing packets) throws Exception {
    try (ServerSocket server = listen();
        Socket client = connect();
        Socket accepted = server.accept()) {
      accepted.setReceiveBufferSize(8_192);
      Thread writer = Thread.ofVirtual().start(() -> write(client, 8 << 20));
      clock.settle();
      assertThat(packets).tcp(8080).zeroWindowsAtLeast(1);
      accepted.getInputStream().readNBytes(8 << 20);
      writer.join();
    }
    assertThat(packets).tcp(8080).bytesSent(8 << 20);
  }

  private static void write(Socket socket, int count) {
    try (OutputStream out = socket.getOutputStream()) {
      out.write(new byte[count]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void countsDatagrams(CaptureRing packets) throws IOException {
    SocketAddress local = new InetSocketAddress("127.0.0.1", 5353);
    try (DatagramSocket socket = stack.datagramSockets().datagram(local)) {
      InetAddress to = InetAddress.getByName("127.0.0.1");
      socket.send(new DatagramPacket(new byte[3], 3, to, 5353));
      socket.send(new DatagramPacket(new byte[3], 3, to, 53));
    }
    assertThat(packets).udp(5353).packets(2);
    assertThat(packets).udp(53).packets(1);
    assertThat(packets).others().packets(1);
    assertThat(packets).packets(3);
  }

  @Test
  void aClaimThatIsNotSoShowsThePacketsThatCount(CaptureRing packets) throws IOException {
    exchange(3, 0);
    assertThatThrownBy(() -> assertThat(packets).tcp(8080).handshakes(2))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Expected 2 handshakes of TCP port 8080, but there were 1:")
        .hasMessageMatching(
            "(?s).*>    0\\.000000  IP 127.0.0.1.\\d+ > 127.0.0.1.8080: Flags \\[S\\].*")
        .hasMessageMatching(
            "(?s).* {5}0\\.000000  IP 127.0.0.1.\\d+ > 127.0.0.1.8080: Flags \\[\\.\\].*");
    assertThatThrownBy(() -> assertThat(packets).tcp(8080).retransmissionsAtLeast(1))
        .hasMessageContaining("Expected at least 1 retransmissions");
    assertThatThrownBy(() -> assertThat(packets).tcp(8080).bytesSent(4))
        .hasMessageContaining("Expected 4 bytes sent of TCP port 8080, but there were 3");
    assertThatThrownBy(() -> assertThat(packets).udp().packets(1))
        .hasMessageContaining("no packet");
  }

  @Test
  void aCaptureInAFileIsReadTheSameWay(CaptureRing packets, @TempDir Path folder)
      throws IOException {
    exchange(10, 20);
    Path file = folder.resolve("exchange.pcapng");
    packets.saveTo(file);
    TrafficAssertions.assertThatCapture(file).tcp().handshakes(1).bytesSent(10).bytesReceived(20);
  }

  @Test
  void aPortOutOfRangeIsRefused(CaptureRing packets) {
    assertThatThrownBy(() -> assertThat(packets).tcp(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 65535: 0");
    assertThatThrownBy(() -> assertThat(packets).udp(65_536))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
