// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.Printable;
import org.loopstack.cli.machine.MachineProcess;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.wire.IpAddress;

/**
 * A socket that waits for others, and who it is.
 *
 * @param socket as the kernel tells it
 * @param scope from where it can be reached
 * @param link the interface that it is bound to, or null
 * @param processes who has it open, as far as this user may see
 * @param user who has made it
 * @param namespace another network than this process's, by a name for it; else null
 * @param warning why it should not be reached from there, or null
 */
public record Listener(
    KernelSocket socket,
    Scope scope,
    @Nullable String link,
    List<MachineProcess> processes,
    String user,
    @Nullable String namespace,
    @Nullable String warning) {
  /** Copies the list. */
  public Listener {
    processes = List.copyOf(processes);
  }

  /** As {@code tcp}. */
  String protocol() {
    return socket.protocol().name().toLowerCase(Locale.ROOT);
  }

  /** The address as {@code ss} writes it: a star for what takes both IP versions. */
  String address() {
    IpAddress local = socket.local();
    String text = local.isIpv4() ? local.toString() : "[" + local + "]";
    if (local.isIpv6() && local.isAny() && !socket.ipv6Only()) {
      text = "*";
    }
    return link == null ? text : text + "%" + link;
  }

  /** As {@code java 4711}, and how many others share it. */
  String process() {
    if (processes.isEmpty()) {
      return socket.inode() == 0 ? "-" : "?";
    }
    MachineProcess first = processes.getFirst();
    String others = processes.size() > 1 ? " +" + (processes.size() - 1) : "";
    return Printable.of(first.name()) + " " + first.pid() + others;
  }

  /** The container or the namespace, or a dash. */
  String place() {
    String container =
        processes.stream()
            .map(MachineProcess::container)
            .filter(c -> c != null)
            .findFirst()
            .orElse(null);
    if (container != null) {
      return container;
    }
    return namespace == null ? "-" : namespace;
  }
}
