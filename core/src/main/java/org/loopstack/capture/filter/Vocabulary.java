// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.Map;
import java.util.Set;
import org.loopstack.wire.IpProtocol;

/** The words that stand for numbers, and those that mean something themselves. */
final class Vocabulary {
  static final int SCTP = 132;

  /** The protocols over IP that have a word of their own. */
  static final Map<String, Integer> PROTOCOLS =
      Map.of(
          "tcp", IpProtocol.TCP,
          "udp", IpProtocol.UDP,
          "sctp", SCTP,
          "icmp", IpProtocol.ICMP,
          "icmp6", IpProtocol.ICMPV6,
          "igmp", IpProtocol.IGMP,
          "ah", IpProtocol.AUTHENTICATION,
          "esp", IpProtocol.ESP);

  /** Names of offsets and values inside headers, as pcap-filter has them. */
  static final Map<String, Integer> CONSTANTS =
      Map.ofEntries(
          Map.entry("tcpflags", 13),
          Map.entry("tcp-fin", 0x01),
          Map.entry("tcp-syn", 0x02),
          Map.entry("tcp-rst", 0x04),
          Map.entry("tcp-push", 0x08),
          Map.entry("tcp-ack", 0x10),
          Map.entry("tcp-urg", 0x20),
          Map.entry("tcp-ece", 0x40),
          Map.entry("tcp-cwr", 0x80),
          Map.entry("icmptype", 0),
          Map.entry("icmpcode", 1),
          Map.entry("icmp-echoreply", 0),
          Map.entry("icmp-unreach", 3),
          Map.entry("icmp-sourcequench", 4),
          Map.entry("icmp-redirect", 5),
          Map.entry("icmp-echo", 8),
          Map.entry("icmp-routeradvert", 9),
          Map.entry("icmp-routersolicit", 10),
          Map.entry("icmp-timxceed", 11),
          Map.entry("icmp-paramprob", 12),
          Map.entry("icmp-tstamp", 13),
          Map.entry("icmp-tstampreply", 14),
          Map.entry("icmp-ireq", 15),
          Map.entry("icmp-ireqreply", 16),
          Map.entry("icmp-maskreq", 17),
          Map.entry("icmp-maskreply", 18),
          Map.entry("icmp6type", 0),
          Map.entry("icmp6code", 1),
          Map.entry("icmp6-destinationunreach", 1),
          Map.entry("icmp6-packettoobig", 2),
          Map.entry("icmp6-timeexceeded", 3),
          Map.entry("icmp6-parameterproblem", 4),
          Map.entry("icmp6-echo", 128),
          Map.entry("icmp6-echoreply", 129),
          Map.entry("icmp6-multicastlistenerquery", 130),
          Map.entry("icmp6-multicastlistenerreportv1", 131),
          Map.entry("icmp6-multicastlistenerdone", 132),
          Map.entry("icmp6-routersolicit", 133),
          Map.entry("icmp6-routeradvert", 134),
          Map.entry("icmp6-neighborsolicit", 135),
          Map.entry("icmp6-neighboradvert", 136),
          Map.entry("icmp6-redirect", 137),
          Map.entry("icmp6-multicastlistenerreportv2", 143));

  /** Ports that people call by name; for TCP and UDP alike. */
  static final Map<String, Integer> PORTS =
      Map.ofEntries(
          Map.entry("echo", 7),
          Map.entry("discard", 9),
          Map.entry("ftp-data", 20),
          Map.entry("ftp", 21),
          Map.entry("ssh", 22),
          Map.entry("telnet", 23),
          Map.entry("smtp", 25),
          Map.entry("domain", 53),
          Map.entry("bootps", 67),
          Map.entry("bootpc", 68),
          Map.entry("tftp", 69),
          Map.entry("http", 80),
          Map.entry("kerberos", 88),
          Map.entry("pop3", 110),
          Map.entry("ntp", 123),
          Map.entry("imap2", 143),
          Map.entry("snmp", 161),
          Map.entry("ldap", 389),
          Map.entry("https", 443),
          Map.entry("syslog", 514),
          Map.entry("ldaps", 636),
          Map.entry("imaps", 993),
          Map.entry("pop3s", 995),
          Map.entry("mysql", 3306),
          Map.entry("postgresql", 5432),
          Map.entry("amqp", 5672),
          Map.entry("redis", 6379),
          Map.entry("http-alt", 8080));

  /** What cannot be the name of a host, a port or a protocol without a backslash in front. */
  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "or",
          "not",
          "ip",
          "ip6",
          "src",
          "dst",
          "host",
          "net",
          "mask",
          "port",
          "portrange",
          "proto",
          "less",
          "greater",
          "len",
          "length",
          "inbound",
          "outbound",
          "multicast");

  /** Words of pcap-filter that have no meaning here, where there is no link layer or tunnel. */
  static final Set<String> ELSEWHERE =
      Set.of(
          "ether",
          "link",
          "arp",
          "rarp",
          "vlan",
          "mpls",
          "pppoed",
          "pppoes",
          "gateway",
          "broadcast",
          "protochain",
          "fddi",
          "tr",
          "wlan",
          "atalk",
          "decnet",
          "ifname",
          "geneve",
          "vxlan",
          "byte");

  private Vocabulary() {}

  static boolean isKeyword(String word) {
    return KEYWORDS.contains(word)
        || PROTOCOLS.containsKey(word)
        || CONSTANTS.containsKey(word)
        || ELSEWHERE.contains(word);
  }

  /** Whether it says what protocol is meant, as {@code ip} or {@code tcp}. */
  static boolean isProtocol(String word) {
    return word.equals("ip") || word.equals("ip6") || PROTOCOLS.containsKey(word);
  }
}
