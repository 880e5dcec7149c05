// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.linux.namespace.TrafficControl;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RouteNetlinkTest {
  /** Asks in a network. */
  private interface Question<T> {
    T ask(RouteNetlink netlink) throws IOException;
  }

  private static <T> T in(NetworkNamespace network, Question<T> question) throws IOException {
    return network.call(
        () -> {
          try (RouteNetlink netlink = RouteNetlink.open()) {
            return question.ask(netlink);
          }
        });
  }

  private static Link lo(NetworkNamespace network) throws IOException {
    return in(network, RouteNetlink::links).stream()
        .filter(Link::isLoopback)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyoneMayAskForTheMachinesOwnLinks() throws Exception {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      assertThat(netlink.links())
          .anySatisfy(
              link -> {
                assertThat(link.name()).isEqualTo("lo");
                assertThat(link.type()).isEqualTo(Link.LOOPBACK_TYPE);
                assertThat(link.index()).isEqualTo(1);
              });
      assertThat(netlink.qdiscs()).isNotNull();
      assertThat(netlink.rules()).anySatisfy(r -> assertThat(r.table()).isEqualTo(254));
    }
  }

  @Test
  void aNewLoopbackIsDownAndGetsItsAddressesAndRoutesWhenItComesUp() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      Link before = lo(network);
      assertThat(before.isUp()).isFalse();
      assertThat(in(network, RouteNetlink::addresses)).isEmpty();

      boolean _ =
          in(
              network,
              n -> {
                n.setUp(before.index(), true);
                return true;
              });

      Link lo = lo(network);
      assertThat(lo.has(Link.UP | Link.LOWER_UP | Link.LOOPBACK)).isTrue();
      assertThat(lo.mtu()).isEqualTo(new Interfaces(network).mtu("lo")).isEqualTo(65_536);
      assertThat(lo.address()).containsExactly(0, 0, 0, 0, 0, 0);
      List<LinkAddress> addresses = in(network, RouteNetlink::addresses);
      assertThat(addresses)
          .extracting(a -> a.address() + "/" + a.prefixLength())
          .containsExactly("127.0.0.1/8", "::1/128");
      assertThat(addresses.getFirst().scope()).isEqualTo(254);
      assertThat(addresses.getFirst().label()).isEqualTo("lo");
      assertThat(addresses.getFirst().validSeconds()).isEqualTo(0xffff_ffffL);
      assertThat(in(network, RouteNetlink::routes))
          .anySatisfy(
              route -> {
                assertThat(route.destination()).isEqualTo(IpPrefix.parse("127.0.0.0/8"));
                assertThat(route.type()).isEqualTo(RouteEntry.LOCAL);
                assertThat(route.table()).isEqualTo(RouteEntry.LOCAL_TABLE);
                assertThat(route.linkIndex()).isEqualTo(lo.index());
              });
    }
  }

  @Test
  void theWayToAnAddressIsTheKernelsAnswer() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      new Interfaces(network).setUp("lo");

      RouteEntry way = in(network, n -> n.routeTo(IpAddress.parse("127.9.9.9"), null));
      assertThat(way.type()).isEqualTo(RouteEntry.LOCAL);
      assertThat(way.linkIndex()).isEqualTo(1);
      assertThat(way.source()).isEqualTo(IpAddress.parse("127.0.0.1"));
      assertThat(in(network, n -> n.routeTo(IpAddress.IPV6_LOOPBACK, null)).type())
          .isEqualTo(RouteEntry.LOCAL);
      assertThatThrownBy(() -> in(network, n -> n.routeTo(IpAddress.parse("192.0.2.1"), null)))
          .isInstanceOfSatisfying(
              NetlinkException.class, e -> assertThat(e.is(Errno.ENETUNREACH)).isTrue())
          .hasMessageContaining("ask for the way to 192.0.2.1: Network is unreachable");
    }
  }

  @Test
  void anAddressIsAddedAndRemovedOnce() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      new Interfaces(network).setUp("lo");
      IpAddress address = IpAddress.parse("10.1.2.3");
      Question<Boolean> add =
          n -> {
            n.addAddress(1, address, 24);
            return true;
          };
      Question<Boolean> remove =
          n -> {
            n.removeAddress(1, address, 24);
            return true;
          };

      assertThat(in(network, add)).isTrue();
      assertThat(in(network, RouteNetlink::addresses))
          .anySatisfy(a -> assertThat(a.address()).isEqualTo(address));
      assertThatThrownBy(() -> in(network, add))
          .isInstanceOfSatisfying(
              NetlinkException.class, e -> assertThat(e.is(Errno.EEXIST)).isTrue());
      assertThat(in(network, remove)).isTrue();
      assertThatThrownBy(() -> in(network, remove))
          .isInstanceOfSatisfying(
              NetlinkException.class, e -> assertThat(e.is(Errno.EADDRNOTAVAIL)).isTrue());
    }
  }

  @Test
  void aQueueingDisciplineAndTheThreeRulesAreTold() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      new Interfaces(network).setUp("lo");
      new TrafficControl(network).addHooks(1);

      assertThat(in(network, RouteNetlink::qdiscs))
          .anySatisfy(
              qdisc -> {
                assertThat(qdisc.kind()).isEqualTo("clsact");
                assertThat(qdisc.linkIndex()).isEqualTo(1);
              });
      assertThat(in(network, RouteNetlink::rules))
          .filteredOn(rule -> !rule.ipv6())
          .extracting(RuleEntry::priority, RuleEntry::table)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(0L, 255),
              org.assertj.core.groups.Tuple.tuple(32_766L, 254),
              org.assertj.core.groups.Tuple.tuple(32_767L, 253));
    }
  }

  @Test
  void whatIsNotAllowedIsSaidWithTheKernelsReason() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      assertThatThrownBy(
              () ->
                  in(
                      network,
                      n -> {
                        n.addAddress(4711, IpAddress.parse("10.0.0.1"), 24);
                        return true;
                      }))
          .isInstanceOfSatisfying(
              NetlinkException.class, e -> assertThat(e.is(Errno.ENODEV)).isTrue())
          .hasMessageStartingWith("add the address 10.0.0.1: ");
    }
  }
}
