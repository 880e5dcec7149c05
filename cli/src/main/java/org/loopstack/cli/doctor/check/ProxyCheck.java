// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;

/** Whether a proxy of the environment's is used for this machine itself. */
public final class ProxyCheck implements Check {
  private static final List<String> PROXIES = List.of("http_proxy", "https_proxy", "all_proxy");
  private static final List<String> NEEDED = List.of("localhost", "127.0.0.1", "::1");

  @Override
  public String name() {
    return "proxy";
  }

  @Override
  public List<Finding> look(Machine machine) {
    Map<String, String> environment = machine.environment();
    List<String> set = new ArrayList<>();
    for (String name : PROXIES) {
      for (String each : List.of(name, name.toUpperCase(Locale.ROOT))) {
        if (!environment.getOrDefault(each, "").isBlank()) {
          set.add(each);
        }
      }
    }
    if (set.isEmpty()) {
      return List.of();
    }
    String exceptions =
        environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
    List<String> missing = NEEDED.stream().filter(n -> !excepts(exceptions, n)).toList();
    if (missing.isEmpty()) {
      return List.of();
    }
    String all = exceptions.isBlank() ? "" : exceptions + ",";
    return List.of(
        Finding.warning(
            String.join(" and ", set)
                + (set.size() == 1 ? " is" : " are")
                + " set, and no_proxy does not except "
                + String.join(", ", missing),
            "curl and others ask the proxy for "
                + missing.getFirst()
                + ", and get its own localhost, an error, or nothing",
            "export no_proxy=" + all + String.join(",", missing)));
  }

  private static boolean excepts(String exceptions, String name) {
    return Arrays.stream(exceptions.split("[,\\s]+"))
        .map(e -> e.strip().toLowerCase(Locale.ROOT).replaceAll("^\\.|[\\[\\]]", ""))
        .anyMatch(
            e ->
                e.equals("*")
                    || Objects.equals(e, name)
                    || name.equals("127.0.0.1") && e.matches("127\\.0\\.0\\.0/8|127\\..*\\*"));
  }
}
