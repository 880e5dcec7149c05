// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.machine.Containers;
import org.loopstack.cli.machine.MachineFiles;

/** Whose localhost this is: the machine's, a container's, WSL's, a namespace's, a sandbox's. */
public final class WhereCheck implements Check {
  @Override
  public String name() {
    return "whose-localhost";
  }

  @Override
  public List<Finding> look(Machine machine) {
    MachineFiles files = machine.files();
    List<Finding> found = new ArrayList<>();
    String container = container(files, machine);
    if (container != null) {
      found.add(
          Finding.note(
              "this is inside a container: " + container,
              "localhost is the container's own: neither the host's servers nor another"
                  + " container's are there",
              "from here to the host: host.docker.internal, host.containers.internal or the"
                  + " gateway of ip route; from the host to here: publish the port (-p 8080:8080)"
                  + " and listen on 0.0.0.0; or share the host's network (--network host)"));
    }
    String version = String.valueOf(files.text("proc/version")).toLowerCase(Locale.ROOT);
    if (version.contains("microsoft")) {
      found.add(
          Finding.note(
              "this is Windows' subsystem for Linux",
              "Windows reaches servers here by localhost as long as it forwards; servers of"
                  + " Windows are not at localhost here, unless the network is mirrored",
              "networkingMode=mirrored in .wslconfig; else Windows is at the gateway of ip route"));
    }
    if (version.contains("gvisor") || files.exists("proc/sentry-meminfo")) {
      found.add(sandbox("gVisor"));
    }
    String confined = files.text("proc/self/attr/apparmor/current");
    if (confined != null && confined.contains("snap.")) {
      found.add(sandbox("a snap"));
    }
    if (found.isEmpty()) {
      addNamespace(found, files);
    }
    return found;
  }

  private static Finding sandbox(String what) {
    return Finding.note(
        "this is inside a sandbox: " + what,
        "its network may be another than the machine's, and some answers the sandbox's own",
        "");
  }

  private static void addNamespace(List<Finding> found, MachineFiles files) {
    String own = files.link("proc/thread-self/ns/net");
    String first = files.link("proc/1/ns/net");
    if (own != null && first != null && !own.equals(first)) {
      found.add(
          Finding.note(
              "this is another network namespace than that of process 1",
              "localhost here is not the machine's: its servers are not there",
              "nsenter -t 1 -n COMMAND runs a command in the machine's; lo listen --all-networks"
                  + " shows who listens in which"));
    }
  }

  private static @Nullable String container(MachineFiles files, Machine machine) {
    String named = Containers.of(files.lines("proc/self/cgroup"));
    if (named != null) {
      return named;
    }
    if (files.exists(".dockerenv")) {
      return "Docker";
    }
    if (files.exists("run/.containerenv")) {
      return "podman";
    }
    if (machine.environment().containsKey("KUBERNETES_SERVICE_HOST")) {
      return "Kubernetes";
    }
    return machine.environment().get("container");
  }
}
