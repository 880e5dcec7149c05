// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.wire.IpAddress;

/** Says in words why an address and port cannot be had. */
final class PortReasons {
  private static final String[] STATES = {
    "",
    "ESTAB",
    "SYN-SENT",
    "SYN-RECV",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "TIME-WAIT",
    "UNCONN",
    "CLOSE-WAIT",
    "LAST-ACK",
    "LISTEN",
    "CLOSING",
    "SYN-RECV",
    "BOUND"
  };

  private PortReasons() {}

  /** As {@code ss} names it. */
  static String state(KernelSocket socket) {
    int state = socket.state();
    return state > 0 && state < STATES.length ? STATES[state] : "UNKNOWN";
  }

  /** Empty if it can be had. */
  static String of(BindTrial trial, List<Listener> sockets) {
    if (trial.isFree()) {
      return "";
    }
    if (trial.isForbidden()) {
      return "root and CAP_NET_BIND_SERVICE only";
    }
    if (trial.isMissing()) {
      return "this machine does not have it";
    }
    if (trial.plain() != Errno.EADDRINUSE.number()) {
      return Errno.text(trial.plain());
    }
    List<String> reasons = new ArrayList<>();
    for (Listener each : sockets) {
      if (!PortReport.isConnection(each.socket()) && overlaps(each.socket(), trial.address())) {
        reasons.add(holder(each, trial.address()));
      }
    }
    addConnections(reasons, trial, sockets);
    if (reasons.isEmpty()) {
      return "address already in use by a socket that the kernel does not show";
    }
    return String.join("; ", reasons.stream().distinct().toList());
  }

  private static boolean overlaps(KernelSocket socket, IpAddress wanted) {
    IpAddress has = Scope.unmapped(socket.local());
    boolean bothFamilies = has.isIpv6() && has.isAny() && !socket.ipv6Only();
    boolean wantsBoth = wanted.isIpv6() && wanted.isAny();
    if (has.isIpv4() != wanted.isIpv4()) {
      return bothFamilies || wantsBoth;
    }
    return has.equals(wanted) || has.isAny() || wanted.isAny();
  }

  private static String holder(Listener l, IpAddress wanted) {
    IpAddress has = Scope.unmapped(l.socket().local());
    String who =
        l.process().equals("?") ? "another user's process (" + l.user() + ")" : l.process();
    String what = l.socket().isListening() ? " listens on " : " is bound without listening to ";
    String where = who + what + l.address();
    if (has.equals(wanted)) {
      return where;
    }
    if (has.isIpv4() != wanted.isIpv4()) {
      return has.isAny() && has.isIpv6()
          ? where + ", the other address family, which takes IPv4 as well"
          : where + ", the other address family, which [::] would take as well";
    }
    return has.isAny()
        ? where + ", the wildcard: all addresses"
        : where + ", one of the addresses that " + wanted + " means";
  }

  private static void addConnections(
      List<String> reasons, BindTrial trial, List<Listener> sockets) {
    Map<String, Integer> counts = new TreeMap<>();
    long longest = 0;
    for (Listener each : sockets) {
      KernelSocket s = each.socket();
      if (PortReport.isConnection(s) && overlaps(s, trial.address())) {
        counts.merge(state(s), 1, Integer::sum);
        longest = Math.max(longest, s.state() == KernelSocket.TIME_WAIT ? s.timerMillis() : 0);
      }
    }
    if (!trial.isFreeForReuse() || counts.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (state, n) ->
            text.append(text.isEmpty() ? "" : ", ").append(n).append(" in ").append(state));
    reasons.add(
        "connections that are still there: "
            + text
            + (longest > 0 ? ", the last for " + (longest + 999) / 1000 + " s more" : "")
            + "; a server that sets SO_REUSEADDR before it binds gets it now");
  }
}
