// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.SYN;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.SocketEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TcpSegment;

/** What the socket options do, and what they refuse. */
class SocketOptionTest {
  private final TcpFixture f = new TcpFixture();

  private static void refused(
      Errno errno, SocketEndpoint endpoint, SocketOption<?> option, Object value) {
    ErrnoException e =
        catchThrowableOfType(ErrnoException.class, () -> set(endpoint, option, value));
    assertThat(e).as(option + " = " + value).isNotNull();
    assertThat(e.errno()).as(option + " = " + value).isEqualTo(errno);
  }

  @SuppressWarnings("unchecked") // The test gives each option a value of its type.
  private static <T> void set(SocketEndpoint endpoint, SocketOption<T> option, Object value)
      throws ErrnoException {
    endpoint.setOption(option, (T) value);
  }

  private static <T> T get(SocketEndpoint endpoint, SocketOption<T> option) throws ErrnoException {
    return Objects.requireNonNull(endpoint.option(option));
  }

  private TcpInfo info() throws ErrnoException {
    return get(f.endpoint(), TransportOptions.TCP_INFO);
  }

  private StreamEndpoint stream() throws ErrnoException {
    return f.tcp.openStream(AddressFamily.INET6);
  }

  @Test
  void valuesOutOfRangeAreRefusedAsLinuxDoes() throws Exception {
    StreamEndpoint e = stream();
    refused(Errno.EINVAL, e, TransportOptions.TCP_MAXSEG, 87);
    refused(Errno.EINVAL, e, TransportOptions.TCP_MAXSEG, 32_768);
    refused(Errno.EINVAL, e, TransportOptions.TCP_USER_TIMEOUT, -1);
    refused(Errno.EINVAL, e, TransportOptions.TCP_USER_TIMEOUT_OPTION, -1);
    refused(Errno.EINVAL, e, TransportOptions.TCP_USER_TIMEOUT_OPTION, 32_767 * 60 + 1);
    refused(Errno.EINVAL, e, TransportOptions.IP_TTL, 0);
    refused(Errno.EINVAL, e, TransportOptions.IP_TTL, 256);
    refused(Errno.EINVAL, e, TransportOptions.IPV6_UNICAST_HOPS, -2);
    refused(Errno.EINVAL, e, TransportOptions.IPV6_UNICAST_HOPS, 256);
    refused(Errno.EINVAL, e, ExtendedSocketOptions.TCP_KEEPCOUNT, 128);
    refused(Errno.EINVAL, e, ExtendedSocketOptions.TCP_KEEPIDLE, 0);
    refused(Errno.ENOENT, e, TransportOptions.TCP_CONGESTION, "vegas");
    refused(Errno.ENOPROTOOPT, e, TransportOptions.SO_ERROR, 1);
    refused(Errno.ENOPROTOOPT, e, TransportOptions.TCP_INFO, get(e, TransportOptions.TCP_INFO));
    refused(
        Errno.EINVAL, f.tcp.openListener(AddressFamily.INET), TransportOptions.TCP_FASTOPEN, -1);
  }

  @Test
  void whatWasSetIsReadAgain() throws Exception {
    StreamEndpoint e = stream();
    List<SocketOption<Integer>> numbers =
        List.of(
            TransportOptions.TCP_MAXSEG,
            TransportOptions.TCP_USER_TIMEOUT,
            TransportOptions.TCP_USER_TIMEOUT_OPTION,
            TransportOptions.SO_RCVLOWAT,
            TransportOptions.IP_TTL,
            TransportOptions.IPV6_UNICAST_HOPS);
    for (SocketOption<Integer> option : numbers) {
      set(e, option, 100);
      assertThat(get(e, option)).as(option.name()).isEqualTo(100);
    }
    for (SocketOption<Boolean> option :
        List.of(
            TransportOptions.TCP_CORK,
            TransportOptions.SO_OOBINLINE,
            TransportOptions.IPV6_V6ONLY,
            TransportOptions.TCP_FASTOPEN_CONNECT)) {
      assertThat(get(e, option)).as(option.name()).isFalse();
      set(e, option, true);
      assertThat(get(e, option)).as(option.name()).isTrue();
    }
    set(e, TransportOptions.IP_TTL, -1);
    assertThat(get(e, TransportOptions.IP_TTL)).isEqualTo(64);
    set(e, TransportOptions.TCP_MAXSEG, 0);
    assertThat(get(e, TransportOptions.TCP_MAXSEG)).isEqualTo(536);
    assertThat(get(e, TransportOptions.SO_ERROR)).isZero();
  }

  @Test
  void buffersAreCutToWhatTheStackAllows() throws Exception {
    StreamEndpoint e = stream();
    for (SocketOption<Integer> option :
        List.of(StandardSocketOptions.SO_SNDBUF, StandardSocketOptions.SO_RCVBUF)) {
      set(e, option, 1);
      assertThat(get(e, option)).isEqualTo(2304);
      set(e, option, Integer.MAX_VALUE);
      assertThat(get(e, option)).isBetween(4 << 20, 6 << 20);
    }
  }

  @Test
  void everySupportedOptionCanBeRead() throws Exception {
    for (SocketEndpoint e :
        new SocketEndpoint[] {
          stream(),
          f.tcp.openStream(AddressFamily.INET),
          f.tcp.openListener(AddressFamily.INET6),
          f.tcp.openListener(AddressFamily.INET)
        }) {
      for (SocketOption<?> option : e.supportedOptions()) {
        assertThat(option.type().isInstance(e.option(option))).as(option.name()).isTrue();
      }
    }
    assertThatThrownBy(() -> stream().setOption(StandardSocketOptions.SO_BROADCAST, true))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void optionsOfIpv6AreNotForSocketsOfIpv4() throws Exception {
    StreamEndpoint e = f.tcp.openStream(AddressFamily.INET);
    refused(Errno.ENOPROTOOPT, e, TransportOptions.IPV6_V6ONLY, true);
    refused(Errno.ENOPROTOOPT, e, TransportOptions.IPV6_UNICAST_HOPS, 1);
  }

  @Test
  void corkHoldsBackWhatIsNoFullSegmentUntilItIsPulled() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_CORK, true);
    f.write(2500);
    assertThat(f.sent()).extracting(s -> s.data().length()).containsExactly(1000, 1000);
    f.peerAcknowledges(f.iss + 2001);
    f.sentNothing();
    f.endpoint().setOption(TransportOptions.TCP_CORK, false);
    assertThat(f.sentOne().data().length()).isEqualTo(500);
  }

  @Test
  void aCorkThatIsForgottenHoldsNoLongerThan200Milliseconds() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_CORK, true);
    f.write(10);
    f.passMillis(199);
    f.sentNothing();
    f.passMillis(1);
    assertThat(f.sentOne().data().length()).isEqualTo(10);
  }

  @Test
  void noDelayPushesWhatIsCorked() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_CORK, true);
    f.write(10);
    f.sentNothing();
    f.endpoint().setOption(StandardSocketOptions.TCP_NODELAY, true);
    assertThat(f.sentOne().data().length()).isEqualTo(10);
    f.write(10);
    f.sentNothing();
  }

  @Test
  void quickAckSendsTheAcknowledgmentThatWaitsAndWithoutItTheyWait() throws Exception {
    f.accept();
    f.peerSends("a");
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.endpoint().setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
    assertThat(get(f.endpoint(), ExtendedSocketOptions.TCP_QUICKACK)).isFalse();
    f.peerSends("b");
    f.sentNothing();
    f.endpoint().setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.peerSends("c");
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
  }

  @Tag("RFC9293-MUST-16")
  @Test
  void maxSegCountsBothWays() throws Exception {
    ListenerEndpoint l = f.listen(5);
    l.setOption(TransportOptions.TCP_MAXSEG, 500);
    f.peer(SYN).options(PeerSegment.mss(1000)).send();
    assertThat(f.sentOne().parseOptions().mss()).isEqualTo(500);
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.peer(ACK).send();
    StreamEndpoint server = Objects.requireNonNull(l.accept());
    server.write(java.nio.ByteBuffer.allocate(1000));
    assertThat(f.sent()).extracting(s -> s.data().length()).containsExactly(500, 500);
    assertThat(get(server, TransportOptions.TCP_MAXSEG)).isEqualTo(500);
  }

  @Tag("RFC9293-MUST-21")
  @Tag("RFC5482-2")
  @Test
  void theUserTimeoutEndsAConnectionThatGetsNoAcknowledgments() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT, 5_000);
    f.write("x");
    f.passMillis(4_999);
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    f.passMillis(1);
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    assertThat(get(f.endpoint(), TransportOptions.SO_ERROR)).isEqualTo(110);
    assertThat(get(f.endpoint(), TransportOptions.SO_ERROR)).isZero();
  }

  @Tag("RFC9293-MUST-21")
  @Test
  void aLongUserTimeoutOutlastsTheRetransmissions() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT, 4_000_000);
    f.write("x");
    f.pass(Duration.ofSeconds(3_999));
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    f.pass(Duration.ofSeconds(1));
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }

  @Test
  void theUserTimeoutEndsTheOpeningTooAndProbesOfAShutWindow() throws Exception {
    StreamEndpoint e = f.tcp.openStream(AddressFamily.INET);
    e.setOption(TransportOptions.TCP_USER_TIMEOUT, 3_000);
    e.connect(new TransportAddress(TcpFixture.PEER, 9));
    f.passMillis(2_999);
    assertThat(e.finishConnect()).isFalse();
    f.passMillis(1);
    assertThat(catchThrowableOfType(ErrnoException.class, e::finishConnect).errno())
        .isEqualTo(Errno.ETIMEDOUT);

    TcpFixture g = new TcpFixture();
    g.accept();
    g.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT, 2_000);
    g.peer(ACK).window(0).send();
    g.write("x");
    g.passMillis(1_999);
    assertThat(g.state()).isEqualTo(TcpState.ESTABLISHED);
    g.pass(Duration.ofSeconds(2));
    assertThat(g.state()).isEqualTo(TcpState.CLOSED);
  }

  @Tag("RFC5482-3")
  @Tag("RFC5482-3.3-FORMAT")
  @Test
  void theUserTimeoutOptionIsTold() throws Exception {
    StreamEndpoint e = f.tcp.openStream(AddressFamily.INET);
    e.setOption(TransportOptions.TCP_USER_TIMEOUT_OPTION, 40_000);
    e.connect(new TransportAddress(TcpFixture.PEER, 9));
    TcpSegment syn = f.sentOne();
    // From 32,768 seconds on in minutes, rounded up: 667.
    assertThat(syn.parseOptions().userTimeoutSeconds()).isEqualTo(667 * 60);
    assertThat(syn.parseOptions().malformedAt()).isEqualTo(-1);

    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT_OPTION, 300);
    assertThat(f.sentOne().parseOptions().userTimeoutSeconds()).isEqualTo(300);
    f.write("once is enough");
    assertThat(f.sentOne().parseOptions().userTimeoutSeconds()).isEqualTo(-1);
  }

  @Tag("RFC5482-3.1")
  @Tag("RFC5482-3-LIMITS")
  @Tag("RFC5482-3.1-LOWER")
  @Tag("RFC5482-3.1-OWN")
  @Tag("RFC5482-3.4-ZERO")
  @Test
  void thePeersUserTimeoutCountsIfTheUserHasNotSetOne() throws Exception {
    // "min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT))" with 50, 200 and 100 seconds.
    assertThat(lifetime(50, 200, 0)).isEqualTo(200);
    assertThat(lifetime(50, 20, 0)).isEqualTo(100);
    assertThat(lifetime(150, 20, 0)).isEqualTo(150);
    assertThat(lifetime(50, 30_000, 0)).isEqualTo(3600);
    // Not changeable: the user has set it.
    assertThat(lifetime(50, 200, 7)).isEqualTo(7);
    // Not enabled: 924.6 s after the first retransmission, at the next timeout; they are 120 s
    // apart.
    assertThat(lifetime(0, 200, 0)).isEqualTo(1044);
    // The same if the peer has said nothing that means anything.
    assertThat(lifetime(50, 0, 0)).isEqualTo(1044);
  }

  @Tag("RFC5482-3.1-RTO")
  @Test
  void theLowerLimitIsAboveTheRetransmissionTimeout() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT_OPTION, 50);
    f.peer(ACK).options(28, 4, 0, 20).send();
    // A path as long as that needs a clock, not a minute of messages to and fro.
    f.core().sender.rtt.sample(300_000_000_000L, f.core().tcb.sndUna, f.core().tcb.sndNxt);
    assertThat(f.core().sender.rtt.timeout()).isEqualTo(120_000_000_000L);
    f.write("away");
    f.sent();
    f.pass(Duration.ofSeconds(119));
    f.sentNothing();
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    f.pass(Duration.ofSeconds(1));
    assertThat(f.sent()).as("100 seconds would not have been enough for this").hasSize(1);
    f.pass(Duration.ofSeconds(122));
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }

  /** Not even if the peer has told its timeout with the SYN. */
  @Tag("RFC5482-3.3-STATES")
  @Test
  void theOptionDoesNotCountBeforeTheConnectionIsOpen() throws Exception {
    TcpFixture g = new TcpFixture(TcpConfiguration.linux().toBuilder().synAckRetries(8).build());
    g.listen(1).setOption(TransportOptions.TCP_USER_TIMEOUT_OPTION, 50);
    g.peer(SYN).options(28, 4, 0, 20).send();
    g.pass(Duration.ofSeconds(101));
    assertThat(g.state()).isEqualTo(TcpState.SYN_RECEIVED);
    g.pass(Duration.ofSeconds(300));
    assertThat(g.tcp.connections()).isEmpty();

    StreamEndpoint e = f.tcp.openStream(AddressFamily.INET);
    e.setOption(TransportOptions.TCP_USER_TIMEOUT_OPTION, 50);
    e.connect(new TransportAddress(TcpFixture.PEER, 9));
    f.pass(Duration.ofSeconds(130));
    assertThat(e.finishConnect()).isFalse();
  }

  /** How many seconds a connection lives on without acknowledgments. */
  private static long lifetime(int advertised, int remote, int own) throws ErrnoException {
    TcpFixture g = new TcpFixture();
    g.accept();
    g.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT_OPTION, advertised);
    g.endpoint().setOption(TransportOptions.TCP_USER_TIMEOUT, own * 1000);
    g.peer(ACK).options(28, 4, remote >> 8, remote).send();
    long begin = g.clock.nanos();
    g.write("x");
    while (g.state() == TcpState.ESTABLISHED) {
      g.clock.advanceTo(g.clock.nextDeadline());
    }
    return (g.clock.nanos() - begin) / 1_000_000_000L;
  }

  @Tag("RFC9293-MAY-18")
  @Test
  void congestionControlCanBeSwitchedOnALiveConnection() throws Exception {
    f.accept();
    assertThat(get(f.endpoint(), TransportOptions.TCP_CONGESTION)).isEqualTo("cubic");
    int window = f.core().sender.congestion().window();
    f.endpoint().setOption(TransportOptions.TCP_CONGESTION, "reno");
    assertThat(f.core().sender.congestion()).isInstanceOf(NewReno.class);
    assertThat(f.core().sender.congestion().window()).isEqualTo(window);
    CongestionControl same = f.core().sender.congestion();
    f.endpoint().setOption(TransportOptions.TCP_CONGESTION, "reno");
    assertThat(f.core().sender.congestion()).isSameAs(same);
  }

  @Test
  void aUserSaysHowOftenASynIsSentAgain() throws Exception {
    StreamEndpoint client = f.tcp.openStream(AddressFamily.INET);
    assertThat(get(client, TransportOptions.TCP_SYNCNT)).isEqualTo(6);
    for (int refused : new int[] {0, -1, 128}) {
      assertThat(
              catchThrowableOfType(
                      ErrnoException.class,
                      () -> client.setOption(TransportOptions.TCP_SYNCNT, refused))
                  .errno())
          .isEqualTo(Errno.EINVAL);
    }
    client.setOption(TransportOptions.TCP_SYNCNT, 1);
    assertThat(get(client, TransportOptions.TCP_SYNCNT)).isEqualTo(1);
    client.connect(new TransportAddress(TcpFixture.PEER, 9));
    f.pass(Duration.ofSeconds(200));
    // Linux's four at a steady pace come first.
    assertThat(f.sent()).hasSize(1 + 4 + 1);
    assertThat(catchThrowableOfType(ErrnoException.class, client::finishConnect).errno())
        .isEqualTo(Errno.ETIMEDOUT);
  }

  @Test
  void aListenerSaysHowOftenASynAckIsSentAgain() throws Exception {
    ListenerEndpoint l = f.listen(5);
    l.setOption(TransportOptions.TCP_SYNCNT, 2);
    f.peer(SYN).options(PeerSegment.mss(1000)).send();
    f.pass(Duration.ofSeconds(200));
    assertThat(f.sent()).hasSize(3);
  }

  @Test
  void aListenerThatDefersWaitsForData() throws Exception {
    ListenerEndpoint l = f.listen(5);
    l.setOption(TransportOptions.TCP_DEFER_ACCEPT, 2);
    // Two timeouts of the SYN-ACK: 1 s and 2 s.
    assertThat(get(l, TransportOptions.TCP_DEFER_ACCEPT)).isEqualTo(3);
    f.peer(SYN).options(PeerSegment.mss(1000)).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.sent();
    f.peer(ACK).send();
    assertThat(l.accept()).isNull();
    f.peerSends("data");
    StreamEndpoint server = Objects.requireNonNull(l.accept());
    assertThat(TcpHost.read(server)).isEqualTo("data");
  }

  @Test
  void aListenerThatDefersTakesABareAcknowledgmentInTheEnd() throws Exception {
    ListenerEndpoint l = f.listen(5);
    l.setOption(TransportOptions.TCP_DEFER_ACCEPT, 3);
    f.peer(SYN).options(PeerSegment.mss(1000)).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.sent();
    f.peer(ACK).send();
    f.passMillis(1_000);
    // The first timeout only counts; the second one gives the peer its last chance.
    f.sentNothing();
    f.passMillis(2_000);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.peer(ACK).send();
    assertThat(l.accept()).isNotNull();
  }

  @Test
  void readableIsWhatHasReachedTheLowWaterMark() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.SO_RCVLOWAT, 4);
    f.peerSends("abc");
    assertThat(f.endpoint().readiness() & Readiness.READ).isZero();
    f.peerSends("d");
    assertThat(f.endpoint().readiness() & Readiness.READ).isNotZero();
    assertThat(f.read()).isEqualTo("abcd");
    f.endpoint().setOption(TransportOptions.SO_RCVLOWAT, 0);
    assertThat(get(f.endpoint(), TransportOptions.SO_RCVLOWAT)).isEqualTo(1);
  }

  @Test
  void anEndOfStreamIsReadableBelowTheLowWaterMark() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.SO_RCVLOWAT, 4);
    f.peerFinishes();
    assertThat(f.endpoint().readiness() & Readiness.READ).isNotZero();
  }

  @Test
  void infoTellsWhatHasHappened() throws Exception {
    f.accept();
    assertThat(info().state()).isEqualTo(1);
    assertThat(info().delivered()).isEqualTo(1);
    f.write(2500);
    f.write(100);
    f.passMillis(20);
    TcpInfo before = info();
    assertThat(before.unacked()).isEqualTo(3);
    assertThat(before.notsentBytes()).isEqualTo(100);
    assertThat(before.dataSegsOut()).isEqualTo(3);
    assertThat(before.bytesSent()).isEqualTo(2500);
    assertThat(before.lastDataSent()).isEqualTo(20);
    assertThat(before.sndCwnd()).isEqualTo(10);
    assertThat(before.sndSsthresh()).isEqualTo(Integer.MAX_VALUE);
    assertThat(before.sndMss()).isEqualTo(1000);
    assertThat(before.advmss()).isEqualTo(1460);
    assertThat(before.pmtu()).isEqualTo(1500);
    assertThat(before.sndWnd()).isEqualTo(TcpFixture.PEER_WINDOW);
    f.peerAcknowledges(f.iss + 2501);
    TcpInfo after = info();
    assertThat(after.unacked()).isEqualTo(1);
    assertThat(after.delivered()).isEqualTo(4);
    assertThat(after.bytesAcked()).isEqualTo(2500);
    assertThat(after.minRtt()).isEqualTo(0);
    assertThat(after.busyTime()).isEqualTo(20_000);
    assertThat(after.deliveryRate()).isEqualTo(125_000);
    assertThat(after.lastAckRecv()).isZero();
    f.peerSends("abc");
    assertThat(info().bytesReceived()).isEqualTo(3);
    assertThat(info().dataSegsIn()).isEqualTo(1);
    f.peer(ACK).seq(f.peerNext + 10).data("ahead").send();
    assertThat(info().rcvOoopack()).isEqualTo(1);
  }

  @Test
  void infoTellsOfRetransmissionsAndOfAPeerThatTakesNothing() throws Exception {
    f.accept();
    f.write(10);
    f.passMillis(1_500);
    TcpInfo lost = info();
    assertThat(lost.caState()).isEqualTo(4);
    assertThat(lost.retransmits()).isEqualTo(lost.backoff()).isPositive();
    assertThat(lost.totalRetrans()).isEqualTo(lost.retransmits());
    assertThat(lost.bytesRetrans()).isEqualTo(10L * lost.totalRetrans());
    assertThat(lost.lost()).isEqualTo(1);
    assertThat(lost.retrans()).isEqualTo(1);
    f.peerAck = f.iss + 11;
    f.peer(ACK).window(0).send();
    f.write(10);
    f.passMillis(500);
    assertThat(info().rwndLimited()).isEqualTo(500_000);
    assertThat(info().sndWnd()).isZero();
  }

  @Test
  void infoOfAListenerTellsItsQueue() throws Exception {
    ListenerEndpoint l = f.listen(7);
    assertThat(get(l, TransportOptions.TCP_INFO).state()).isEqualTo(10);
    f.peer(SYN).options(PeerSegment.mss(1000)).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.peer(ACK).send();
    assertThat(get(l, TransportOptions.TCP_INFO).unacked()).isEqualTo(1);
    assertThat(get(l, TransportOptions.TCP_INFO).sacked()).isEqualTo(7);
    assertThat(get(stream(), TransportOptions.TCP_INFO).state()).isEqualTo(7);
  }

  @Test
  void aListenerForIpv6OnlyLeavesIpv4Alone() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint six = host.tcp.openListener(AddressFamily.INET6);
    six.setOption(TransportOptions.IPV6_V6ONLY, true);
    six.bind(new TransportAddress(IpAddress.IPV6_ANY, 80));
    refused(Errno.EINVAL, six, TransportOptions.IPV6_V6ONLY, false);
    six.listen(5);
    StreamEndpoint nobody = host.connect(80);
    assertThat(catchThrowableOfType(ErrnoException.class, nobody::finishConnect).errno())
        .isEqualTo(Errno.ECONNREFUSED);
    ListenerEndpoint four = host.tcp.openListener(AddressFamily.INET);
    four.bind(new TransportAddress(IpAddress.IPV4_ANY, 80));
    four.listen(5);
    assertThat(host.connect(80).finishConnect()).isTrue();
    StreamEndpoint over6 = host.tcp.openStream(AddressFamily.INET6);
    over6.connect(new TransportAddress(IpAddress.parse("::1"), 80));
    assertThat(over6.finishConnect()).isTrue();
    assertThat(six.accept()).isNotNull();
  }

  @Test
  void aSocketForIpv6OnlyGoesNowhereByIpv4() throws Exception {
    StreamEndpoint e = stream();
    e.setOption(TransportOptions.IPV6_V6ONLY, true);
    ErrnoException bound =
        catchThrowableOfType(
            ErrnoException.class, () -> e.bind(new TransportAddress(TcpFixture.US, 0)));
    assertThat(bound.errno()).isEqualTo(Errno.EINVAL);
    ErrnoException connected =
        catchThrowableOfType(
            ErrnoException.class, () -> e.connect(new TransportAddress(TcpFixture.PEER, 9)));
    assertThat(connected.errno()).isEqualTo(Errno.ENETUNREACH);
  }
}
