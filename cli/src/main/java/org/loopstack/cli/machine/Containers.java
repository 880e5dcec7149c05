// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells by the name of a control group which container a process is in. */
public final class Containers {
  private static final int SHORT = 12;
  private static final String ID = "([0-9a-f]{12,64})";

  /** How a manager of containers names its control groups. */
  private record Naming(String manager, Pattern pattern) {}

  private static final List<Naming> NAMINGS =
      List.of(
          new Naming("docker", Pattern.compile("/docker[-/]" + ID)),
          new Naming("podman", Pattern.compile("/libpod-" + ID)),
          new Naming("cri-o", Pattern.compile("/crio-" + ID)),
          new Naming("containerd", Pattern.compile("/cri-containerd[-:]" + ID)),
          new Naming("kubernetes", Pattern.compile("kubepods.*/" + ID)),
          new Naming("garden", Pattern.compile("/garden/([^/]+)")),
          new Naming("lxc", Pattern.compile("/lxc(?:\\.payload)?[./]([^/]+)")),
          new Naming("nspawn", Pattern.compile("/systemd-nspawn@([^/]+)\\.service")),
          new Naming("nspawn", Pattern.compile("/machine-([^/]+)\\.scope")));

  private Containers() {}

  /**
   * The container, as {@code docker 3f2a81c09bd4}, or null.
   *
   * @param cgroups the lines of {@code /proc/PID/cgroup}
   */
  public static @Nullable String of(List<String> cgroups) {
    for (String line : cgroups) {
      for (Naming each : NAMINGS) {
        Matcher matcher = each.pattern.matcher(line);
        if (matcher.find()) {
          String name = matcher.group(1);
          boolean id = name.matches("[0-9a-f]{13,64}");
          return each.manager + " " + (id ? name.substring(0, SHORT) : name);
        }
      }
    }
    return null;
  }
}
