// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.loopstack.wire.IpAddress;

/** The names of the stacks' hosts, by address, as captures have them. */
final class HostNames {
  private HostNames() {}

  static Map<IpAddress, List<String>> of(List<InterfaceTap> taps) {
    Map<IpAddress, List<String>> byAddress = new LinkedHashMap<>();
    for (InterfaceTap tap : taps) {
      for (Map.Entry<String, List<IpAddress>> each : tap.tapped().hostNames().entrySet()) {
        for (IpAddress address : each.getValue()) {
          List<String> names = byAddress.computeIfAbsent(address, _ -> new ArrayList<>());
          if (!names.contains(each.getKey())) {
            names.add(each.getKey());
          }
        }
      }
    }
    return byAddress;
  }
}
