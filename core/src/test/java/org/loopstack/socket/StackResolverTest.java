// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static java.net.spi.InetAddressResolver.LookupPolicy.IPV4;
import static java.net.spi.InetAddressResolver.LookupPolicy.IPV6;
import static java.net.spi.InetAddressResolver.LookupPolicy.IPV6_FIRST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackResolverTest {
  private static StackResolver resolver(NameTable table) {
    return new StackResolver(table, name -> name.equals("eth0") ? 7 : 0);
  }

  private final StackResolver standard = resolver(NameTable.standard());

  private static List<String> texts(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LocalHost", "localhost.", "web.localhost", "a.b.Localhost."})
  void localhostAndWhatIsBelowItIsTheLoopback(String name) throws Exception {
    assertThat(texts(standard.resolve(name))).containsExactly("127.0.0.1", "0:0:0:0:0:0:0:1");
    assertThat(standard.resolveOne(name).getHostName()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nolocalhost", "localhost.example", "example.org", "127.0.0.1.2", "."})
  void othersAreUnknown(String name) {
    assertThatThrownBy(() -> standard.resolve(name))
        .isExactlyInstanceOf(UnknownHostException.class)
        .hasMessageStartingWith(name);
  }

  @Test
  void noNameIsTheLoopback() throws Exception {
    assertThat(standard.resolveOne(null)).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(standard.resolveOne("")).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1, 0",
    "::1, 0:0:0:0:0:0:0:1, 0",
    "[::1], 0:0:0:0:0:0:0:1, 0",
    "::ffff:10.0.0.1, 10.0.0.1, 0",
    "fe80::1%eth0, fe80:0:0:0:0:0:0:1%7, 7",
    "[fe80::1%eth0], fe80:0:0:0:0:0:0:1%7, 7",
    "fe80::1%3, fe80:0:0:0:0:0:0:1%3, 3",
  })
  void literalsAreNotLookedUp(String literal, String expected, int scope) throws Exception {
    InetAddress found = standard.resolveOne(literal);
    assertThat(found.getHostAddress()).isEqualTo(expected);
    assertThat(found instanceof Inet6Address v6 ? v6.getScopeId() : 0).isEqualTo(scope);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fe80::1%eth9", "fe80::1%", "[10.0.0.1]", "[localhost]", "::1::", "1.2.3.4%1"})
  void whatLooksLikeAnAddressAndIsNoneIsUnknown(String text) {
    assertThatThrownBy(() -> standard.resolve(text)).isInstanceOf(UnknownHostException.class);
  }

  @Test
  void theOrderOfFamiliesIsTheTables() throws Exception {
    NameTable table = NameTable.standard().with("db", "fd00::1", "10.0.0.1", "fd00::2");
    assertThat(texts(resolver(table).resolve("db")))
        .containsExactly("10.0.0.1", "fd00:0:0:0:0:0:0:1", "fd00:0:0:0:0:0:0:2");
    assertThat(texts(resolver(table.order(NameTable.Order.IPV6_FIRST)).resolve("db.")))
        .containsExactly("fd00:0:0:0:0:0:0:1", "fd00:0:0:0:0:0:0:2", "10.0.0.1");
    assertThat(texts(resolver(table.order(NameTable.Order.AS_LISTED)).resolve("DB")))
        .containsExactly("fd00:0:0:0:0:0:0:1", "10.0.0.1", "fd00:0:0:0:0:0:0:2");
  }

  @Test
  void aPolicyComesBeforeTheTablesOrder() throws Exception {
    assertThat(texts(standard.lookupByName("localhost", LookupPolicy.of(IPV4)).toList()))
        .containsExactly("127.0.0.1");
    assertThat(
            texts(
                standard
                    .lookupByName("localhost", LookupPolicy.of(IPV4 | IPV6 | IPV6_FIRST))
                    .toList()))
        .containsExactly("0:0:0:0:0:0:0:1", "127.0.0.1");
    StackResolver one = resolver(NameTable.standard().with("four", "10.0.0.1"));
    assertThatThrownBy(() -> one.lookupByName("four", LookupPolicy.of(IPV6)))
        .isExactlyInstanceOf(UnknownHostException.class);
  }

  @Test
  void readsAHostsFile() throws Exception {
    NameTable table =
        NameTable.standard()
            .withHosts(
                """
                # the servers
                127.0.0.2   db  db.test   # first
                fd00::2\tdb

                10.0.0.3 web
                """);
    assertThat(texts(resolver(table).resolve("db")))
        .containsExactly("127.0.0.2", "fd00:0:0:0:0:0:0:2");
    assertThat(texts(resolver(table).resolve("db.test"))).containsExactly("127.0.0.2");
    assertThat(texts(resolver(table).resolve("web"))).containsExactly("10.0.0.3");
  }

  @Test
  void localhostIsNobodyElse() throws Exception {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NameTable.standard().with("x.localhost", "10.0.0.1"))
        .withMessageContaining("10.0.0.1");
    NameTable table = NameTable.standard().with("db.localhost", "127.0.0.5");
    assertThat(texts(resolver(table).resolve("db.localhost"))).containsExactly("127.0.0.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a b", "a:b", "fe80%1"})
  void aNameThatIsNoneIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NameTable.standard().with(name, "10.0.0.1"))
        .withMessageContaining("'" + name + "'");
  }

  @Test
  void looksUpAddresses() throws Exception {
    StackResolver resolver = resolver(NameTable.standard().with("db", "127.0.0.2"));
    assertThat(resolver.lookupByAddress(new byte[] {127, 0, 0, 2})).isEqualTo("db");
    assertThat(resolver.lookupByAddress(new byte[] {127, 0, 0, 1})).isEqualTo("localhost");
    byte[] loopback = InetAddress.ofLiteral("::1").getAddress();
    assertThat(resolver.lookupByAddress(loopback)).isEqualTo("localhost");
    assertThatThrownBy(() -> resolver.lookupByAddress(new byte[] {127, 0, 0, 3}))
        .isExactlyInstanceOf(UnknownHostException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> resolver.lookupByAddress(new byte[] {1, 2, 3}));
  }

  @Test
  void somebodyElseIsAskedForTheRest() throws Exception {
    InetAddressResolver other =
        new InetAddressResolver() {
          @Override
          public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) {
            return Stream.of(InetAddress.ofLiteral("192.0.2.1"));
          }

          @Override
          public String lookupByAddress(byte[] address) {
            return "somewhere";
          }
        };
    StackResolver resolver = standard.orElse(other);
    assertThat(texts(resolver.resolve("example.org"))).containsExactly("192.0.2.1");
    assertThat(texts(resolver.resolve("localhost"))).contains("127.0.0.1");
    assertThat(resolver.lookupByAddress(new byte[] {10, 0, 0, 1})).isEqualTo("somewhere");
  }

  @Test
  void theMachineIsAskedIfTheTableSaysSo() throws Exception {
    StackResolver resolver = resolver(NameTable.standard().others(NameTable.Others.MACHINE));
    InetAddress self = InetAddress.getLocalHost();
    assertThat(resolver.resolve(self.getHostName())).contains(self);
  }
}
