// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DropReasonTest {
  @Test
  void everyReasonHasADescriptionOfItsOwnInOneLine() {
    assertThat(DropReason.values())
        .extracting(DropReason::description)
        .doesNotHaveDuplicates()
        .allSatisfy(text -> assertThat(text).isNotBlank().doesNotContain("\n"));
  }

  @ParameterizedTest
  @EnumSource
  void everyCounterHasAGroupAndAName(DropReason reason) {
    for (boolean ipv6 : new boolean[] {false, true}) {
      String counter = reason.counter(ipv6);
      if (counter != null) {
        assertThat(counter)
            .matches(
                "(Ip|IpExt|Ip6|Icmp|Icmp6|Udp|Udp6|Tcp|TcpExt)(In|Out|Reasm|Frag|No|Rcvbuf|Ignored|Listen|Beyond|PAWS|TCP)\\w+");
      }
    }
  }
}
