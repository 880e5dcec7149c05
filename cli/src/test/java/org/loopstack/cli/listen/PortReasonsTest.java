// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.wire.IpAddress;

class PortReasonsTest {
  private static final int IN_USE = Errno.EADDRINUSE.number();

  private static String reason(String wanted, int plain, int reusing, KernelSocket... sockets) {
    return PortReasons.of(
        new BindTrial(IpAddress.parse(wanted), plain, reusing),
        List.of(sockets).stream().map(Sockets::listener).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | 127.0.0.1 | java 4711 listens on 127.0.0.1",
        "127.0.0.1 | 0.0.0.0 | java 4711 listens on 0.0.0.0, the wildcard: all addresses",
        "127.0.0.1 | :: | java 4711 listens on *, the other address family, which takes IPv4 as"
            + " well",
        "0.0.0.0 | 127.0.0.1 | java 4711 listens on 127.0.0.1, one of the addresses that 0.0.0.0"
            + " means",
        "::1 | :: | java 4711 listens on *, the wildcard: all addresses",
        ":: | 0.0.0.0 | java 4711 listens on 0.0.0.0, the other address family, which [::] would"
            + " take as well",
        ":: | ::1 | java 4711 listens on [::1], one of the addresses that :: means"
      })
  void aListenerThatIsInTheWayIsTold(String wanted, String has, String said) {
    assertThat(reason(wanted, IN_USE, IN_USE, Sockets.listening(has, 8080))).isEqualTo(said);
  }

  @Test
  void whatIsNotInTheWayIsNotTold() {
    assertThat(reason("127.0.0.1", IN_USE, IN_USE, Sockets.listening("127.0.0.2", 8080)))
        .isEqualTo("address already in use by a socket that the kernel does not show");
    assertThat(reason("127.0.0.1", IN_USE, IN_USE, Sockets.listening("::1", 8080)))
        .doesNotContain("java");
    assertThat(reason("127.0.0.1", 0, 0, Sockets.listening("::1", 8080))).isEmpty();
  }

  @Test
  void connectionsInTimeWaitAreCountedWithTheTimeThatIsLeft() {
    KernelSocket one = Sockets.tcp(KernelSocket.TIME_WAIT, "127.0.0.1", 8080, "127.0.0.1", 40_000);
    KernelSocket other = Sockets.tcp(8, "127.0.0.1", 8080, "127.0.0.1", 40_001);

    assertThat(reason("0.0.0.0", IN_USE, 0, one, one, other))
        .isEqualTo(
            "connections that are still there: 1 in CLOSE-WAIT, 2 in TIME-WAIT, the last for 42 s"
                + " more; a server that sets SO_REUSEADDR before it binds gets it now");
  }

  @Test
  void aPrivilegedPortAndAMissingAddressAreTold() {
    int forbidden = Errno.EACCES.number();
    int missing = Errno.EADDRNOTAVAIL.number();

    assertThat(reason("127.0.0.1", forbidden, forbidden))
        .isEqualTo("root and CAP_NET_BIND_SERVICE only");
    assertThat(reason("::1", missing, missing)).isEqualTo("this machine does not have it");
    assertThat(reason("::1", Errno.ENOBUFS.number(), 0)).contains("ENOBUFS");
  }
}
