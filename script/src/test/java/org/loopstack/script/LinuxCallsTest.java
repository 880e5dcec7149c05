// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.script.ScriptResult.Verdict;

/** Calls of Linux that Java does not have, and that scripts for packetdrill use. */
class LinuxCallsTest {
  private static void passes(String text) {
    passes(text, ScriptOptions.DEFAULT);
  }

  private static void passes(String text, ScriptOptions options) {
    ScriptResult result = Scripts.run(text, options);
    assertThat(result.verdict()).as(result.message()).isEqualTo(Verdict.PASSED);
  }

  private static void fails(String text, String... words) {
    ScriptResult result = Scripts.run(text);
    assertThat(result.verdict()).as(result.message()).isEqualTo(Verdict.FAILED);
    assertThat(result.message()).contains(words);
  }

  private static final String NON_BLOCKING =
      Scripts.SERVER + "+0 fcntl(4, F_SETFL, O_NONBLOCK) = 0\n";

  @Test
  void aLevelIsToldAgainAndAnEdgeIsNot() {
    String watch = NON_BLOCKING + "+0 epoll_create(1) = 5\n";
    String data = "+0.1 < P. 1:11(10) ack 1 win 65535\n";
    String told = "+0 epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1\n";
    String nothing = "+0 epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0\n";
    String level = watch + "+0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = 0\n";
    passes(level + nothing + data + told + told);
    String edge = level.replace("events=EPOLLIN,", "events=EPOLLIN|EPOLLET,");
    passes(edge + data + told + nothing + data.replace("1:11", "11:21") + told + nothing);
    fails(level + data + told.replace("EPOLLIN", "EPOLLOUT"), "events of 4 are POLLIN");
  }

  @Test
  void oneShotIsToldOnceUntilItIsSetAgain() {
    passes(
        NON_BLOCKING
            + """
            +0 epoll_create1(0) = 5
            +0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT|EPOLLONESHOT, u32=9}) = 0
            +0 epoll_wait(5, {events=EPOLLOUT, u32=9}, 1, 0) = 1
            +0 epoll_wait(5, {events=0}, 1, 0) = 0
            +0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT, u32=9}) = -1 EEXIST
            +0 epoll_ctl(5, EPOLL_CTL_MOD, 4, {events=EPOLLOUT, u32=9}) = 0
            +0 epoll_wait(5, {events=EPOLLOUT, u32=9}, 1, 0) = 1
            +0 epoll_ctl(5, EPOLL_CTL_DEL, 4, {events=0}) = 0
            +0...0.1 epoll_wait(5, {events=0}, 1, 100) = 0
            """);
  }

  @Test
  void pollTellsOfErrorsAndEnds() {
    passes(
        Scripts.SERVER
            + """
            +0 < F. 1:1(0) ack 1 win 65535
            +0.1 poll([{fd=4, events=POLLIN|POLLRDHUP, revents=POLLIN|POLLRDHUP}], 1, 0) = 1
            """);
    passes(
        Scripts.SERVER
            + """
            +0 < R. 1:1(0) ack 1 win 0
            +0 poll([{fd=4, events=POLLOUT, revents=POLLOUT|POLLERR|POLLHUP}], 1, 0) = 1
            +0 read(4, ..., 1) = -1 ECONNRESET
            +0 read(4, ..., 1) = 0
            """);
  }

  private static String zeroCopies(int from, int to) {
    return "+0 recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{...,0}], msg_flags=MSG_ERRQUEUE,\n"
        + "  msg_control=[{cmsg_level=CMSG_LEVEL_IP, cmsg_type=CMSG_TYPE_RECVERR,\n"
        + "    cmsg_data={ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY, ee_type=0,\n"
        + "    ee_code=SO_EE_CODE_ZEROCOPY_COPIED, ee_info="
        + from
        + ", ee_data="
        + to
        + "}}]}, MSG_ERRQUEUE) = 0\n";
  }

  @Test
  void whatWasSentWithoutCopyingIsToldWhenItHasArrived() {
    String sent =
        Scripts.SERVER
            + """
            +0 setsockopt(4, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = 0
            +0 send(4, ..., 400, MSG_ZEROCOPY) = 400
            +0 > P. 1:401(400) ack 1
            +0 recvmsg(4, {msg_iov(1)=[{...,0}]}, MSG_ERRQUEUE) = -1 EAGAIN
            +0 send(4, ..., 300, MSG_ZEROCOPY) = 300
            +0.1 < . 1:1(0) ack 401 win 65535
            +0 > P. 401:701(300) ack 1
            """;
    String ack = "+0.1 < . 1:1(0) ack 701 win 65535\n";
    passes(sent + zeroCopies(0, 0) + ack + zeroCopies(1, 1));
    passes(sent + ack + zeroCopies(0, 1));
    fails(sent + ack + zeroCopies(0, 2), "control message 0 is", "ee_data=1");
  }

  @Test
  void timesOfSendingAndArrivalAreTold() {
    String stamp =
        """
        +0 recvmsg(4, {msg_iov(1)=[{...,0}], msg_flags=MSG_ERRQUEUE|MSG_TRUNC, msg_control=[
           {cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING,
            cmsg_data={scm_sec=0, scm_nsec=WHEN}},
           {cmsg_level=SOL_IP, cmsg_type=IP_RECVERR,
            cmsg_data={ee_errno=ENOMSG, ee_origin=SO_EE_ORIGIN_TIMESTAMPING,
                       ee_info=WHAT, ee_data=99}}]}, MSG_ERRQUEUE) = 0
        """;
    String sent =
        Scripts.SERVER
            + """
            +0 setsockopt(4, SOL_SOCKET, SO_TIMESTAMPING,
               [SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_OPT_ID], 4) = 0
            +0.05 write(4, ..., 100) = 100
            +0 > P. 1:101(100) ack 1
            +0.03 < . 1:1(0) ack 101 win 65535
            """;
    String left = stamp.replace("WHEN", "150000000").replace("WHAT", "SCM_TSTAMP_SND");
    String arrived = stamp.replace("WHEN", "180000000").replace("WHAT", "SCM_TSTAMP_ACK");
    passes(sent + left + arrived);
    fails(sent + left.replace("150000000", "170000000"), "control message 0 is");
  }

  @Test
  void howMuchIsLeftComesWithWhatIsRead() {
    passes(
        Scripts.SERVER
            + """
            +0 setsockopt(4, SOL_TCP, TCP_INQ, [1], 4) = 0
            +0 < P. 1:101(100) ack 1 win 65535
            +0 recvmsg(4, {msg_iov(1)=[{..., 40}],
               msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=60}]}, 0) = 40
            +0 < F. 101:101(0) ack 1 win 65535
            +0 recvmsg(4, {msg_iov(1)=[{..., 60}],
               msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=1}]}, 0) = 60
            """);
  }

  @Test
  void filesAndPipesAreInMemory() {
    passes(
        "`dd bs=2 count=3 if=/dev/zero of=/tmp/zeros`\n"
            + Scripts.SERVER
            + """
            +0 open("/tmp/none", O_RDONLY) = -1 ENOENT
            +0 open("/tmp/zeros", O_RDONLY) = 5
            +0 sendfile(4, 5, [2], 10) = 4
            +0 > P. 1:5(4) ack 1
            +0 < P. 1:9(8) ack 5 win 65535
            +0 pipe([6, 7]) = 0
            +0 splice(4, NULL, 7, NULL, 5, 0) = 5
            +0 splice(6, NULL, 4, NULL, 5, 0) = 5
            +0.04~+0.05 > P. 5:10(5) ack 9
            """
                .replace("+0.04~+0.05 >", "* >"));
  }

  @Test
  void aSendThatOpensSendsWithACookieAtOnce() {
    passes(
        """
        `sysctl -q net.ipv4.tcp_timestamps=0`
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
        +0 sendto(3, ..., 500, MSG_FASTOPEN, ..., ...) = -1 EINPROGRESS
        +0 > S 0:0(0) <mss 1460,nop,nop,sackOK,nop,wscale 7,FO,nop,nop>
        +0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,FO abcd1234,nop,nop>
        +0 > . 1:1(0) ack 1
        +0 close(3) = 0
        +0 > F. 1:1(0) ack 1
        +0 < R. 1:1(0) ack 2 win 0
        +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4
        +0 sendto(4, NULL, 1, MSG_FASTOPEN, ..., ...) = -1 EFAULT
        +0 fcntl(4, F_SETFL, O_NONBLOCK) = 0
        +0 sendto(4, ..., 500, MSG_FASTOPEN, ..., ...) = 500
        +0 > S 0:500(500) <mss 1460,nop,nop,sackOK,nop,wscale 7,FO abcd1234,nop,nop>
        """);
  }

  @Test
  void aBlockingSendThatOpensWaitsForTheAnswer() {
    String opened =
        """
        `sysctl -q net.ipv4.tcp_timestamps=0`
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 fcntl(3, F_SETFL, O_NONBLOCK) = 0
        +0 sendto(3, ..., 0, MSG_FASTOPEN, AF_UNSPEC, ...) = -1 EOPNOTSUPP
        +0 sendto(3, ..., 0, MSG_FASTOPEN, ..., ...) = -1 EINPROGRESS
        +0 > S 0:0(0) <...>
        +0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,FO abcd1234,nop,nop>
        +0 > . 1:1(0) ack 1
        +0 close(3) = 0
        +0 > F. 1:1(0) ack 1
        +0 < R. 1:1(0) ack 2 win 0
        """;
    String again =
        """
        +0.1 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4
        +0...0.05 sendto(4, ..., 500, MSG_FASTOPEN, ..., ...) = RESULT
        +0 > S 0:500(500) <...>
        +0.05 < ANSWER
        """;
    passes(
        opened
            + again
                .replace("RESULT", "500")
                .replace("ANSWER", "S. 0:0(0) ack 501 win 65535 <mss 1460>"));
    passes(
        opened
            + again
                .replace("RESULT", "-1 ECONNREFUSED")
                .replace("ANSWER", "R. 0:0(0) ack 1 win 0"));
  }

  @Test
  void fastOpensCookieIsThatOfTheKeyAndTheAddresses() {
    String text =
        """
        `sysctl -q net.ipv4.tcp_fastopen_key=a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4`
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 setsockopt(3, SOL_TCP, TCP_FASTOPEN, [1], 4) = 0
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        +0 < S 0:0(0) win 65535 <mss 1460,FO,nop,nop>
        +0 > S. 0:0(0) ack 1 <mss 1460,FO TFO_COOKIE,nop,nop>
        """;
    passes(text);
    passes(text, ScriptOptions.DEFAULT.withIpVersion(IpVersion.IPV6));
    passes(text.replace("TFO_COOKIE", "3021b9d889017eeb"));
    fails(text.replace("TFO_COOKIE", "3021b9d889017eec"), "3021b9d889017eeb");
  }

  @Test
  void socketsAreFoundWhereLinuxListsThem() {
    String grep =
        "+0 `grep \" 01 \" /proc/net/tcp /proc/net/tcp6 | grep \":1F90\"`\n+0 close(4) = 0\n";
    passes(Scripts.SERVER + grep);
    fails(Scripts.SERVER + grep.replace(" 01 ", " 03 "), "no socket has a line in /proc/net/tcp");
  }

  @Test
  void theDefaultsBesideTheScriptAreTaken(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("defaults.sh"),
        """
        # A comment with sysctl in it
        sysctl -q net.ipv4.tcp_sack=0 > /dev/null 2>&1
        sysctl -q net.ipv4.tcp_synack_retries=$((1*1+1))
        sysctl -q net.ipv4.tcp_nonsense=7
        """);
    String script =
        "`./defaults.sh`\n"
            + Scripts.SERVER.replace("<mss 1000>", "<mss 1000,sackOK,nop,nop>")
            + "+0 < R. 1:1(0) ack 1 win 0\n"
            + "+0 < S 0:0(0) win 65535 <mss 1000>\n";
    Path file = Files.writeString(folder.resolve("a.pkt"), script);
    ScriptResult result = ScriptRunner.run(file, ScriptOptions.DEFAULT);
    assertThat(result.verdict()).as(result.message()).isEqualTo(Verdict.PASSED);
    Files.writeString(file, script.replace("ack 1 <mss 1460>", "ack 1 <mss 1461>"));
    assertThat(ScriptRunner.run(file, ScriptOptions.DEFAULT).message())
        .contains("note: ./defaults.sh: unknown sysctl net.ipv4.tcp_nonsense");
  }
}
