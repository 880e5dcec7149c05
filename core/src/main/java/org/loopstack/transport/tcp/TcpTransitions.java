// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.transport.tcp.TcpState.CLOSED;
import static org.loopstack.transport.tcp.TcpState.CLOSE_WAIT;
import static org.loopstack.transport.tcp.TcpState.CLOSING;
import static org.loopstack.transport.tcp.TcpState.ESTABLISHED;
import static org.loopstack.transport.tcp.TcpState.FIN_WAIT_1;
import static org.loopstack.transport.tcp.TcpState.FIN_WAIT_2;
import static org.loopstack.transport.tcp.TcpState.LAST_ACK;
import static org.loopstack.transport.tcp.TcpState.LISTEN;
import static org.loopstack.transport.tcp.TcpState.SYN_RECEIVED;
import static org.loopstack.transport.tcp.TcpState.SYN_SENT;
import static org.loopstack.transport.tcp.TcpState.TIME_WAIT;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one table by which a connection changes its state: RFC 9293 figure 5. */
final class TcpTransitions {
  private static final Map<TcpState, Map<TcpEvent, TcpState>> TABLE = new EnumMap<>(TcpState.class);

  static {
    for (TcpState state : TcpState.values()) {
      TABLE.put(state, new EnumMap<>(TcpEvent.class));
      on(state, TcpEvent.ABORT, CLOSED);
    }
    on(CLOSED, TcpEvent.ACTIVE_OPEN, SYN_SENT);
    on(CLOSED, TcpEvent.PASSIVE_OPEN, LISTEN);
    on(LISTEN, TcpEvent.SYN, SYN_RECEIVED);
    on(LISTEN, TcpEvent.CLOSE, CLOSED);
    on(SYN_SENT, TcpEvent.SYN, SYN_RECEIVED);
    on(SYN_SENT, TcpEvent.SYN_ACK, ESTABLISHED);
    on(SYN_SENT, TcpEvent.CLOSE, CLOSED);
    on(SYN_RECEIVED, TcpEvent.ACK_OF_SYN, ESTABLISHED);
    // CLOSE in SYN-RECEIVED is queued "for processing after entering ESTABLISHED state".
    on(ESTABLISHED, TcpEvent.CLOSE, FIN_WAIT_1);
    on(ESTABLISHED, TcpEvent.FIN, CLOSE_WAIT);
    on(FIN_WAIT_1, TcpEvent.ACK_OF_FIN, FIN_WAIT_2);
    on(FIN_WAIT_1, TcpEvent.FIN, CLOSING);
    on(FIN_WAIT_2, TcpEvent.FIN, TIME_WAIT);
    on(FIN_WAIT_2, TcpEvent.TIMEOUT, CLOSED);
    on(CLOSE_WAIT, TcpEvent.CLOSE, LAST_ACK);
    on(CLOSING, TcpEvent.ACK_OF_FIN, TIME_WAIT);
    on(LAST_ACK, TcpEvent.ACK_OF_FIN, CLOSED);
    on(TIME_WAIT, TcpEvent.TIMEOUT, CLOSED);
  }

  private TcpTransitions() {}

  private static void on(TcpState from, TcpEvent event, TcpState to) {
    row(from).put(event, to);
  }

  private static Map<TcpEvent, TcpState> row(TcpState from) {
    return Objects.requireNonNull(TABLE.get(from));
  }

  /** Where the event leads from the state, or null if it has no business there. */
  static @Nullable TcpState find(TcpState from, TcpEvent event) {
    return row(from).get(event);
  }

  /**
   * Where the event leads from the state.
   *
   * @throws IllegalStateException if it has no business there, which is a bug of the caller
   */
  static TcpState next(TcpState from, TcpEvent event) {
    TcpState to = find(from, event);
    if (to == null) {
      throw new IllegalStateException(event + " in " + from);
    }
    return to;
  }
}
