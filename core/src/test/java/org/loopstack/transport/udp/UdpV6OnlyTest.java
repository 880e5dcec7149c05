// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.IpAddress;

/** IPV6_V6ONLY (RFC 3493 section 5.3) on a datagram socket. */
class UdpV6OnlyTest {
  private final UdpHost host = new UdpHost();

  @Test
  void itNeitherSendsNorReceivesIpv4AndLeavesThePortToOthers() throws Exception {
    DatagramEndpoint six = host.udp.openDatagram(AddressFamily.INET6);
    six.setOption(TransportOptions.IPV6_V6ONLY, true);
    six.bind(new TransportAddress(IpAddress.IPV6_ANY, 7));
    DatagramEndpoint four = host.udp.openDatagram(AddressFamily.INET);
    four.bind(new TransportAddress(IpAddress.IPV4_ANY, 7));
    DatagramEndpoint sender = host.open();
    sender.send(ByteBuffer.allocate(1), new TransportAddress(IpAddress.IPV4_LOOPBACK, 7));
    sender.send(ByteBuffer.allocate(2), new TransportAddress(IpAddress.parse("::1"), 7));
    assertThat(six.receive(ByteBuffer.allocate(9))).isNotNull();
    assertThat(six.receive(ByteBuffer.allocate(9))).isNull();
    assertThat(Objects.requireNonNull(four.receive(ByteBuffer.allocate(9)))).isNotNull();
    refused(
        Errno.ENETUNREACH,
        () -> six.send(ByteBuffer.allocate(1), new TransportAddress(IpAddress.IPV4_LOOPBACK, 9)));
    refused(Errno.ENETUNREACH, () -> six.connect(new TransportAddress(IpAddress.IPV4_LOOPBACK, 9)));
    refused(Errno.EINVAL, () -> six.setOption(TransportOptions.IPV6_V6ONLY, false));
    refused(Errno.ENOPROTOOPT, () -> four.setOption(TransportOptions.IPV6_V6ONLY, true));
    assertThat(six.supportedOptions()).contains(TransportOptions.IPV6_V6ONLY);
    assertThat(four.supportedOptions()).doesNotContain(TransportOptions.IPV6_V6ONLY);
  }

  private interface Call {
    void run() throws ErrnoException;
  }

  private static void refused(Errno errno, Call call) {
    assertThat(catchThrowableOfType(ErrnoException.class, call::run).errno()).isEqualTo(errno);
  }
}
