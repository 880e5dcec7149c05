// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.loopstack.transport.tcp.TcpState;
import org.loopstack.transport.tcp.TcpStatus;

/** {@code grep} over {@code /proc/net/tcp}, where scripts look for a socket in a state. */
final class ProcNetTcp {
  private static final Pattern PATTERN = Pattern.compile("grep (?:-q )?\"([^\"]*)\"");

  /** Linux's numbers of states (include/net/tcp_states.h). */
  private static final List<TcpState> STATES =
      List.of(
          TcpState.ESTABLISHED,
          TcpState.SYN_SENT,
          TcpState.SYN_RECEIVED,
          TcpState.FIN_WAIT_1,
          TcpState.FIN_WAIT_2,
          TcpState.TIME_WAIT,
          TcpState.CLOSED,
          TcpState.CLOSE_WAIT,
          TcpState.LAST_ACK,
          TcpState.LISTEN,
          TcpState.CLOSING);

  private ProcNetTcp() {}

  private static String line(TcpStatus s) {
    return String.format(
        Locale.ROOT,
        "   0: %08X:%04X %08X:%04X %02X %08X:%08X",
        (int) s.local().address().low(),
        s.local().port(),
        (int) s.remote().address().low(),
        s.remote().port(),
        STATES.indexOf(s.state()) + 1,
        s.sendQueue(),
        s.receiveQueue());
  }

  /** Fails as grep does, if no socket's line holds all the patterns. */
  static void grep(String command, List<TcpStatus> sockets, Position at) {
    Matcher m = PATTERN.matcher(command);
    List<String> patterns = m.results().map(r -> r.group(1)).toList();
    for (TcpStatus each : sockets) {
      String line = line(each);
      if (patterns.stream().allMatch(line::contains)) {
        return;
      }
    }
    throw ScriptException.failed(at, "no socket has a line in /proc/net/tcp with " + patterns);
  }
}
