// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;

/**
 * Which exception, with which text, a refusal becomes: the ones that JDK 25 throws on Linux, found
 * by running it. People and libraries know them by heart.
 */
final class SocketErrors {
  private SocketErrors() {}

  /** A refusal of bind, connect, listen, accept, an option, or a datagram with a target. */
  static IOException control(ErrnoException e) {
    String text = e.errno().text();
    return switch (e.errno()) {
      case EPROTO -> new ProtocolException(text);
      case ECONNREFUSED, ETIMEDOUT, ENOTCONN -> new ConnectException(text);
      case EHOSTUNREACH -> new NoRouteToHostException(text);
      case EADDRINUSE, EADDRNOTAVAIL, EACCES -> new BindException(text);
      default -> new SocketException(text);
    };
  }

  /** A refusal where only {@link SocketException} may be thrown. */
  static SocketException socket(ErrnoException e) {
    return control(e) instanceof SocketException s ? s : new SocketException(e.errno().text());
  }

  /** Why a stream could not be read. */
  static IOException read(ErrnoException e) {
    return e.errno() == Errno.ECONNRESET ? reset() : new IOException(e.errno().text());
  }

  /** What every read of a connection says once the peer has reset it. */
  static SocketException reset() {
    return new SocketException("Connection reset");
  }

  /** Why a stream, or a connected datagram channel without a target, could not be written. */
  static IOException write(ErrnoException e) {
    return e.errno() == Errno.ECONNREFUSED
        ? new PortUnreachableException()
        : new IOException(e.errno().text());
  }

  /** Why a datagram could not be sent to a target, or none be received. */
  static IOException datagram(ErrnoException e) {
    return e.errno() == Errno.ECONNREFUSED ? new PortUnreachableException() : control(e);
  }

  /**
   * What a {@code java.net} socket throws where its channel throws something that {@code java.net}
   * does not know.
   */
  static SocketException adapted(Exception e) {
    if (e instanceof SocketException s) {
      return s;
    }
    String text =
        switch (e) {
          case ClosedChannelException _ -> "Socket is closed";
          case NotYetConnectedException _ -> "Socket is not connected";
          case AlreadyBoundException _ -> "Already bound";
          case NotYetBoundException _ -> "Socket is not bound yet";
          case UnsupportedAddressTypeException _ -> "Unsupported address type";
          case UnresolvedAddressException _ -> "Unresolved address";
          case AlreadyConnectedException _ -> "Already connected";
          default -> String.valueOf(e.getMessage());
        };
    SocketException adapted = new SocketException(text);
    adapted.initCause(e);
    return adapted;
  }
}
