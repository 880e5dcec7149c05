// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.loopstack.cli.host.Printable;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.wire.IpAddress;

/**
 * Who has a port, and what somebody who wants it will meet: the kernel is asked by binding to it,
 * and its answer is explained by the sockets that are there.
 */
public final class PortReport {
  private static final List<IpAddress> PLACES =
      List.of(
          IpAddress.IPV4_LOOPBACK, IpAddress.IPV4_ANY, IpAddress.IPV6_LOOPBACK, IpAddress.IPV6_ANY);

  /**
   * What somebody who binds to it meets.
   *
   * @param trial what the kernel says
   * @param reason in words
   */
  private record Place(BindTrial trial, String reason) {
    String address() {
      IpAddress a = trial.address();
      return a.isIpv4() ? a.toString() : "[" + a + "]";
    }

    String result() {
      if (trial.isFree()) {
        return "free";
      }
      if (trial.isForbidden()) {
        return "forbidden";
      }
      if (trial.isMissing()) {
        return "no address";
      }
      return trial.isFreeForReuse() ? "waits" : "taken";
    }
  }

  private record Half(Protocol protocol, List<Listener> sockets, List<Place> places) {
    String name() {
      return protocol.name().toLowerCase(Locale.ROOT);
    }

    boolean isFree() {
      return sockets.isEmpty()
          && places.stream().allMatch(p -> p.trial.isFree() || p.trial.isMissing());
    }

    /** Free, or it may be: this user may not try. */
    boolean isNobodys() {
      return sockets.isEmpty()
          && places.stream()
              .allMatch(p -> p.trial.isFree() || p.trial.isMissing() || p.trial.isForbidden());
    }
  }

  private final int port;
  private final List<Half> halves = new ArrayList<>();
  private final List<Listener> elsewhere;
  private final List<String> notes = new ArrayList<>();

  private PortReport(int port, List<Listener> sockets, List<Listener> elsewhere) {
    this.port = port;
    this.elsewhere = elsewhere;
    for (Protocol protocol : new Protocol[] {Protocol.TCP, Protocol.UDP}) {
      List<Listener> its = sockets.stream().filter(s -> s.socket().protocol() == protocol).toList();
      List<Place> places = new ArrayList<>();
      for (IpAddress address : PLACES) {
        BindTrial trial = BindTrial.of(address, port, protocol == Protocol.TCP);
        places.add(new Place(trial, PortReasons.of(trial, its)));
      }
      halves.add(new Half(protocol, its, places));
    }
  }

  /**
   * Looks, and tries.
   *
   * @param port 1 to 65535
   */
  public static PortReport look(MachineFiles files, int port) throws IOException {
    Listeners all = Listeners.look(files, true);
    List<Listener> elsewhere =
        all.all().stream()
            .filter(l -> l.namespace() != null && l.socket().localPort() == port)
            .filter(l -> l.socket().protocol() != Protocol.RAW)
            .toList();
    PortReport report = new PortReport(port, all.atPort(port), elsewhere);
    report.note(PortRanges.read(files), all.isComplete());
    return report;
  }

  private void note(PortRanges ranges, boolean complete) {
    if (port < ranges.firstUnprivileged()) {
      notes.add(
          "ports below "
              + ranges.firstUnprivileged()
              + " are for root and CAP_NET_BIND_SERVICE"
              + " (sysctl net.ipv4.ip_unprivileged_port_start)");
    }
    if (ranges.isEphemeral(port)) {
      notes.add(
          "it is one of the ephemeral ports "
              + ranges.firstEphemeral()
              + "-"
              + ranges.lastEphemeral()
              + ": any program's connection may have it, also one to itself;"
              + " sysctl -w net.ipv4.ip_local_reserved_ports="
              + (ranges.reserved().isEmpty() ? "" : ranges.reserved() + ",")
              + port
              + " keeps it free");
    } else if (ranges.isReserved(port)) {
      notes.add("net.ipv4.ip_local_reserved_ports keeps it from being given to connections");
    }
    for (Listener each : elsewhere) {
      notes.add("in another network, where it does not matter here: " + ListenPrinter.line(each));
    }
    if (!complete) {
      notes.add(
          "not all processes may be looked at by this user: who has what is not told of those");
    }
  }

  /** Whether nobody has it and this user may. */
  public boolean isFree() {
    return halves.stream().allMatch(Half::isFree);
  }

  /** Whether nobody is known to have it. */
  public boolean isNobodys() {
    return halves.stream().allMatch(Half::isNobodys);
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Half half : halves) {
      text.append(half.name()).append(" port ").append(port).append(':');
      if (half.isFree()) {
        text.append(" free\n");
        continue;
      }
      List<Listener> holders = half.sockets.stream().filter(PortReport::holds).toList();
      text.append(holders.isEmpty() ? " nobody listens\n" : "\n");
      for (Listener each : holders) {
        text.append("  ").append(ListenPrinter.line(each)).append('\n');
        commandLine(text, each);
      }
      for (Place each : half.places) {
        text.append(String.format(Locale.ROOT, "  %-11s%s", each.address(), each.result()));
        text.append(each.reason.isEmpty() ? "" : ": " + each.reason).append('\n');
      }
    }
    notes.forEach(note -> text.append("note: ").append(note).append('\n'));
    return text.toString();
  }

  private static boolean holds(Listener listener) {
    return listener.socket().isListening();
  }

  private static void commandLine(StringBuilder text, Listener listener) {
    listener.processes().stream()
        .filter(p -> !p.commandLine().isEmpty())
        .findFirst()
        .ifPresent(
            p ->
                text.append("    started as: ").append(Printable.of(p.commandLine())).append('\n'));
  }

  /** An object on one line. */
  public String json() {
    JsonObject json = new JsonObject();
    json.addProperty("port", port);
    json.addProperty("free", isFree());
    for (Half half : halves) {
      JsonObject one = new JsonObject();
      one.addProperty("free", half.isFree());
      JsonArray sockets = new JsonArray();
      for (Listener each : half.sockets) {
        JsonObject socket = ListenPrinter.object(each);
        socket.addProperty("state", PortReasons.state(each.socket()));
        sockets.add(socket);
      }
      one.add("sockets", sockets);
      JsonArray places = new JsonArray();
      for (Place each : half.places) {
        JsonObject place = new JsonObject();
        place.addProperty("address", each.trial.address().toString());
        place.addProperty("result", each.result());
        if (!each.reason.isEmpty()) {
          place.addProperty("reason", each.reason);
        }
        places.add(place);
      }
      one.add("bind", places);
      json.add(half.name(), one);
    }
    JsonArray all = new JsonArray();
    notes.forEach(all::add);
    json.add("notes", all);
    return json + "\n";
  }

  /** Whether a state of TCP keeps others from binding. */
  static boolean isConnection(KernelSocket socket) {
    return socket.protocol() == Protocol.TCP
        && socket.state() != KernelSocket.LISTEN
        && socket.remotePort() != 0;
  }
}
