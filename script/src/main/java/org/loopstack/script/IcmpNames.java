// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that scripts have for ICMP types and codes. */
final class IcmpNames {
  private static final Map<String, Integer> TYPES =
      Map.ofEntries(
          Map.entry("echo_reply", 0),
          Map.entry("unreachable", 3),
          Map.entry("source_quench", 4),
          Map.entry("redirect", 5),
          Map.entry("echo_request", 8),
          Map.entry("time_exceeded", 11),
          Map.entry("parameter_problem", 12),
          Map.entry("timestamp_request", 13),
          Map.entry("timestamp_reply", 14),
          Map.entry("information_request", 15),
          Map.entry("information_reply", 16),
          Map.entry("address_mask_request", 17),
          Map.entry("address_mask_reply", 18));

  private static final Map<String, Integer> TYPES_6 =
      Map.of(
          "unreachable", 1,
          "packet_too_big", 2,
          "time_exceeded", 3,
          "parameter_problem", 4,
          "echo_request", 128,
          "echo_reply", 129);

  private static final Map<String, Integer> CODES =
      Map.ofEntries(
          Map.entry("net_unreachable", 0),
          Map.entry("host_unreachable", 1),
          Map.entry("protocol_unreachable", 2),
          Map.entry("port_unreachable", 3),
          Map.entry("frag_needed", 4),
          Map.entry("source_route_failed", 5),
          Map.entry("net_unknown", 6),
          Map.entry("host_unknown", 7),
          Map.entry("source_host_isolated", 8),
          Map.entry("net_prohibited", 9),
          Map.entry("host_prohibited", 10),
          Map.entry("net_unreachable_for_tos", 11),
          Map.entry("host_unreachable_for_tos", 12),
          Map.entry("packet_filtered", 13),
          Map.entry("precedence_violation", 14),
          Map.entry("precedence_cutoff", 15),
          Map.entry("exceeded_ttl", 0),
          Map.entry("exceeded_frag_time", 1));

  private static final Map<String, Integer> CODES_6 =
      Map.ofEntries(
          Map.entry("net_unreachable", 0),
          Map.entry("no_route", 0),
          Map.entry("admin_prohibited", 1),
          Map.entry("not_neighbour", 2),
          Map.entry("address_unreachable", 3),
          Map.entry("port_unreachable", 4),
          Map.entry("exceeded_hop_limit", 0),
          Map.entry("exceeded_frag_time", 1),
          Map.entry("header_field", 0),
          Map.entry("unknown_next_header", 1),
          Map.entry("unknown_option", 2));

  private IcmpNames() {}

  static int type(String name, boolean ipv6, Position position) {
    return find(name, "type_", ipv6 ? TYPES_6 : TYPES, "ICMP type", position);
  }

  static int code(String type, @Nullable String name, boolean ipv6, Position position) {
    if (name == null) {
      return 0;
    }
    return find(name, "code_", ipv6 ? CODES_6 : CODES, "ICMP code of " + type, position);
  }

  private static int find(
      String name, String prefix, Map<String, Integer> table, String what, Position position) {
    if (name.matches(prefix + "\\d{1,3}")) {
      return Integer.parseInt(name.substring(prefix.length())) & 0xff;
    }
    Integer value = table.get(name);
    if (value == null) {
      throw ScriptException.failed(position, "there is no " + what + " " + name);
    }
    return value;
  }
}
