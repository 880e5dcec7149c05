// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.net.SocketOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.SocketEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;

/**
 * What a script's file descriptor stands for. A stream socket becomes a listener when it is told
 * to: the endpoints are different ones, so what was set on the first is set on the second.
 */
final class ScriptSocket {
  /**
   * An option that the script has set.
   *
   * @param option the endpoint's option
   * @param value what it was set to
   */
  record Setting(SocketOption<?> option, Object value) {}

  final AddressFamily family;
  @Nullable StreamEndpoint stream;
  @Nullable ListenerEndpoint listener;
  @Nullable DatagramEndpoint datagram;
  @Nullable TransportAddress bound;
  @Nullable Flow flow;
  boolean nonBlocking;

  /** Whether connect has been called and its end not been told yet. */
  boolean connecting;

  boolean connected;
  int lingerSeconds = -1;

  /** How many bytes have been read: where in the peer's stream the next one stands. */
  long received;

  /** Whether urgent bytes may be missing from what is read. */
  boolean urgent;

  final List<Setting> settings = new ArrayList<>();

  /** Buffer sizes that were asked for, by option: Linux tells twice as much. */
  final Map<String, Integer> buffers = new HashMap<>();

  ScriptSocket(AddressFamily family) {
    this.family = family;
  }

  SocketEndpoint endpoint() {
    if (listener != null) {
      return listener;
    }
    if (stream != null) {
      return stream;
    }
    if (datagram != null) {
      return datagram;
    }
    throw new IllegalStateException("A socket without an endpoint");
  }

  /** Sets on an endpoint what was set on the socket, as far as it means something there. */
  void inherit(SocketEndpoint endpoint, boolean all) throws ErrnoException {
    for (Setting each : settings) {
      boolean known = endpoint.supportedOptions().contains(each.option());
      boolean listeners = listener != null && listener.supportedOptions().contains(each.option());
      if (known && (all || !listeners)) {
        set(endpoint, each.option(), each.value());
      }
    }
  }

  /** Sets an option whose type the value is known to have. */
  static <T> void set(SocketEndpoint endpoint, SocketOption<T> option, Object value)
      throws ErrnoException {
    endpoint.setOption(option, option.type().cast(value));
  }
}
