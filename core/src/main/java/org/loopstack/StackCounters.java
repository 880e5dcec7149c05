// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.InternetCounters;
import org.loopstack.wire.DropReason;

/** Puts the layers' counters together, in the order in which {@code nstat} prints them. */
final class StackCounters {
  /** The groups, in that order. */
  private static final String[] GROUPS = {
    "Ip", "Icmp", "IcmpMsg", "Tcp", "Udp", "Ip6", "Icmp6", "Udp6", "TcpExt", "IpExt"
  };

  /** What the internet layer counts besides the datagrams that it throws away. */
  private static final String[] INTERNET = {
    "InReceives", "InDelivers", "OutRequests", "ReasmReqds", "ReasmOKs", "FragOKs", "FragCreates"
  };

  private StackCounters() {}

  static Map<String, Long> of(InternetCounters internet, Map<String, Long> transports) {
    Map<String, Long> all = new TreeMap<>();
    for (String each : INTERNET) {
      all.put("Ip" + each, 0L);
      all.put("Ip6" + each, 0L);
    }
    for (String each : new String[] {"InMsgs", "OutMsgs"}) {
      all.put("Icmp" + each, 0L);
      all.put("Icmp6" + each, 0L);
    }
    for (DropReason each : DropReason.values()) {
      putZero(all, each.counter(false));
      putZero(all, each.counter(true));
    }
    all.putAll(internet.all());
    // What TCP counts under a name is nearer to Linux than what was thrown away for a reason.
    all.putAll(transports);
    return inOrder(all);
  }

  private static void putZero(Map<String, Long> all, @Nullable String name) {
    if (name != null) {
      all.put(name, 0L);
    }
  }

  private static Map<String, Long> inOrder(Map<String, Long> all) {
    Map<String, Long> ordered = new LinkedHashMap<>();
    for (String group : GROUPS) {
      all.forEach(
          (name, value) -> {
            if (group(name).equals(group)) {
              ordered.put(name, value);
            }
          });
    }
    return ordered;
  }

  /** The longest of the groups with which the name begins. */
  private static String group(String name) {
    String longest = "";
    for (String group : GROUPS) {
      if (name.startsWith(group) && group.length() > longest.length()) {
        longest = group;
      }
    }
    return longest;
  }
}
