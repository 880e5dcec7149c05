// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.tcp.TcpState;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * TCP_INFO as scripts see it: {@code tcpi_snd_cwnd} is the component {@code sndCwnd} of the record
 * that the option TCP_INFO gives. Where the stack has no such option, the few that the inspector
 * shows.
 */
final class TcpInfoView {
  private static final Map<String, Integer> STATES =
      Map.ofEntries(
          Map.entry("ESTABLISHED", 1),
          Map.entry("SYN_SENT", 2),
          Map.entry("SYN_RECEIVED", 3),
          Map.entry("FIN_WAIT_1", 4),
          Map.entry("FIN_WAIT_2", 5),
          Map.entry("TIME_WAIT", 6),
          Map.entry("CLOSED", 7),
          Map.entry("CLOSE_WAIT", 8),
          Map.entry("LAST_ACK", 9),
          Map.entry("LISTEN", 10),
          Map.entry("CLOSING", 11));

  private static final List<String> CONGESTION_STATES =
      List.of("OPEN", "DISORDER", "CWR", "RECOVERY", "LOSS");

  private TcpInfoView() {}

  /** The variables of a record with Linux's fields in camel case. */
  static Map<String, Object> of(Object info) {
    Map<String, Object> variables = new HashMap<>();
    for (RecordComponent each : info.getClass().getRecordComponents()) {
      try {
        Object value = each.getAccessor().invoke(info);
        variables.put("tcpi_" + snake(each.getName()), plain(value));
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("TCP_INFO hides " + each.getName(), e);
      }
    }
    return variables;
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> 0L;
      case TcpState state -> (long) STATES.getOrDefault(state.name(), 0);
      case Boolean b -> b ? 1L : 0L;
      case Enum<?> e -> (long) Math.max(0, CONGESTION_STATES.indexOf(e.name()));
      case java.lang.Number n -> n.longValue();
      default -> value.toString();
    };
  }

  /** The variables that the inspector knows. */
  static Map<String, Object> of(TcpStatus s) {
    Map<String, Object> variables = new HashMap<>();
    int mss = Math.max(1, s.mss());
    variables.put("tcpi_state", plain(s.state()));
    variables.put("tcpi_snd_mss", (long) s.mss());
    variables.put("tcpi_snd_cwnd", (long) s.congestionWindow() / mss);
    variables.put("tcpi_snd_ssthresh", (long) s.slowStartThreshold() / mss);
    variables.put("tcpi_rtt", s.roundTripTime() / 1_000);
    variables.put("tcpi_rttvar", s.roundTripVariation() / 1_000);
    variables.put("tcpi_rto", s.retransmissionTimeout() / 1_000);
    variables.put("tcpi_total_retrans", (long) s.retransmissions());
    return variables;
  }

  /** The constants that scripts compare with. */
  static Map<String, Object> constants() {
    Map<String, Object> constants = new HashMap<>();
    List<String> states =
        List.of(
            "ESTABLISHED",
            "SYN_SENT",
            "SYN_RECV",
            "FIN_WAIT1",
            "FIN_WAIT2",
            "TIME_WAIT",
            "CLOSE",
            "CLOSE_WAIT",
            "LAST_ACK",
            "LISTEN",
            "CLOSING");
    for (int i = 0; i < states.size(); i++) {
      constants.put("TCP_" + states.get(i), i + 1L);
    }
    List<String> congestion = List.of("Open", "Disorder", "CWR", "Recovery", "Loss");
    for (int i = 0; i < congestion.size(); i++) {
      constants.put("TCP_CA_" + congestion.get(i), (long) i);
    }
    List<String> options = List.of("TIMESTAMPS", "SACK", "WSCALE", "ECN", "ECN_SEEN", "SYN_DATA");
    for (int i = 0; i < options.size(); i++) {
      constants.put("TCPI_OPT_" + options.get(i), 1L << i);
    }
    constants.put("True", 1L);
    constants.put("False", 0L);
    constants.put("None", 0L);
    constants.put("TCP_INFINITE_SSTHRESH", 0x7fff_ffffL);
    return constants;
  }
}
