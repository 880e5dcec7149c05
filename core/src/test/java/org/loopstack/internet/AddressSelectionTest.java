// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpAddress;

/** Which addresses may be chosen at all, and what the user's own choice counts (RFC 6724). */
class AddressSelectionTest {
  private final VirtualClock clock = new VirtualClock();

  private Host host(InternetConfiguration configuration) throws ErrnoException {
    Host host = new Host(clock, configuration);
    host.add("eth0", new Wire(clock).left(), "2001:db8:1::1/64", "2001:db8:1::2/64", "fe80::1/64");
    host.add("eth1", new Wire(clock).left(), "2001:db8:2::1/64", "fe80::2/64");
    return host;
  }

  /** With equal precedence and labels rule 8 decides: "Prefer smaller scope." */
  @Tag("RFC6724-3.4-LOOPBACK")
  @Test
  void theLoopbackAddressHasASmallerScopeThanAGlobalOne() throws Exception {
    var flat = new PolicyTable(List.of(PolicyTable.policy("::/0", 40, 1)));
    Host host = host(InternetConfiguration.LINUX.toBuilder().policyTable(flat).build());
    IpAddress global = Host.ip("2001:db8:1::9");
    IpAddress loopback = IpAddress.IPV6_LOOPBACK;

    assertThat(AddressSelection.sort(host.internet, List.of(global, loopback)))
        .containsExactly(loopback, global);
  }

  @Tag("RFC6724-4-LINK")
  @Test
  void aLinkLocalDestinationAndAGroupGetAnAddressOfTheLink() throws Exception {
    Host host = host(InternetConfiguration.LINUX);
    for (int index = 2; index <= 3; index++) {
      String own = "fe80::" + (index - 1);
      assertThat(host.route("fe80::9", "::", index).source()).hasToString(own);
      assertThat(host.route("ff02::9", "::", index).source()).hasToString(own);
      assertThat(host.route("ff05::9", "::", index).source())
          .hasToString("2001:db8:" + (index - 1) + "::1");
    }
  }

  @Tag("RFC6724-4-NONE")
  @ParameterizedTest
  @ValueSource(strings = {"::/128", "ff02::1/128", "0.0.0.0/32", "224.0.0.1/32"})
  void whatIsNoUnicastAddressCannotBeGivenToALink(String address) {
    assertThatThrownBy(() -> InterfaceAddress.parse(address))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Tag("RFC6724-4-CHOICE")
  @ParameterizedTest
  @ValueSource(strings = {"2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1"})
  void theUsersChoiceOfAnOwnAddressStands(String source) throws Exception {
    assertThat(host(InternetConfiguration.LINUX).route("2001:db8:1::9", source, 0).source())
        .hasToString(source);
  }

  @Tag("RFC6724-4-ERROR")
  @Test
  void theLoopbackAddressIsNoneToSendFromElsewhere() throws Exception {
    Host host = host(InternetConfiguration.LINUX);
    assertThatThrownBy(() -> host.route("2001:db8:1::9", "::1", 0))
        .isInstanceOf(ErrnoException.class)
        .extracting(e -> ((ErrnoException) e).errno())
        .isEqualTo(Errno.EINVAL);
  }
}
