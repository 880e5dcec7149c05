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
import org.loopstack.transport.Readiness;
import org.loopstack.transport.SocketEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * What a script's file descriptor stands for. A stream socket becomes a listener when it is told
 * to: the endpoints are different ones, so what was set on the first is set on the second.
 */
final class ScriptSocket implements Descriptor {
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

  /** How many bytes have been written. */
  long sent;

  /** Whether shutdown has ended the sending half. */
  boolean outputShut;

  /** SO_ZEROCOPY, TCP_INQ and the flags of SO_TIMESTAMPING, which are kept here. */
  boolean zeroCopy;

  boolean tellsQueue;
  long timestamping;

  /** Which byte SO_TIMESTAMPING counts from (SOF_TIMESTAMPING_OPT_ID). */
  long timestampBase;

  final ErrorQueue errors;

  private @Nullable String pendingError;
  private boolean watched;
  private int readWakes;
  private int writeWakes;

  final List<Setting> settings = new ArrayList<>();

  /** Buffer sizes that were asked for, by option: Linux tells twice as much. */
  final Map<String, Integer> buffers = new HashMap<>();

  ScriptSocket(AddressFamily family, boolean ipv6) {
    this.family = family;
    this.errors = new ErrorQueue(ipv6);
  }

  /** From here on counts how often the socket is woken. */
  void watchWakes() {
    if (!watched) {
      watched = true;
      endpoint()
          .setReadinessListener(
              bits -> {
                readWakes += (bits & (Readiness.READ | Readiness.ACCEPT)) == 0 ? 0 : 1;
                writeWakes += (bits & Readiness.WRITE) == 0 ? 0 : 1;
              });
    }
  }

  /** How often it was woken for something of these bits of {@code epoll}, or for an error. */
  long wakes(long events) {
    boolean reading = (events & (Symbols.value("EPOLLIN") | Symbols.value("EPOLLRDHUP"))) != 0;
    // All that arrives wakes, also if something was there already.
    TcpInfo info = reading && listener == null ? info() : null;
    return errors.arrivals()
        + (reading ? readWakes : 0)
        + (info == null ? 0 : info.bytesReceived())
        + ((events & Symbols.value("EPOLLOUT")) == 0 ? 0 : writeWakes);
  }

  /** The error that the next call reports, which stays. */
  @Nullable String peekError() {
    if (pendingError == null && stream != null && listener == null) {
      try {
        Integer error = stream.option(TransportOptions.SO_ERROR);
        pendingError = error == null || error == 0 ? null : Symbols.errno(error);
      } catch (ErrnoException unknownToThisSocket) {
        return null;
      }
    }
    return pendingError;
  }

  /** The error that somebody has peeked at; the next call reports it, and then it is gone. */
  @Nullable String takeError() {
    String error = pendingError;
    pendingError = null;
    return error;
  }

  /** The error that somebody has peeked at, which is gone now. */
  String takeError(String peeked) {
    pendingError = null;
    return peeked;
  }

  /** Tells the error queue how far the stream has come. */
  void settle(long time, ScriptHost host) {
    StreamEndpoint s = listener == null ? stream : null;
    TransportAddress local = s == null ? null : s.localAddress();
    TransportAddress remote = s == null ? null : s.remoteAddress();
    if (sent == 0 || local == null || remote == null || !zeroCopy && timestamping == 0) {
      return;
    }
    TcpStatus status = host.status(local, remote);
    long queued = status == null ? 0 : status.sendQueue();
    TcpInfo info = info();
    long unsent = status == null || info == null ? 0 : info.notsentBytes();
    boolean payload = (timestamping & Symbols.value("SOF_TIMESTAMPING_OPT_TSONLY")) == 0;
    errors.settle(sent - unsent, sent - queued, time, payload);
  }

  private @Nullable TcpInfo info() {
    try {
      return stream == null ? null : stream.option(TransportOptions.TCP_INFO);
    } catch (ErrnoException gone) {
      return null;
    }
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
