// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.net.Socket;
import java.net.SocketException;

/** A socket without a channel. It exists because only a subclass can choose its implementation. */
final class PlainSocket extends Socket {
  PlainSocket(StackSocketImpl impl) throws SocketException {
    super(impl);
  }
}
