// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;

/** A socket of {@code java.net}, as its two {@linkplain SocketStreams streams} see it. */
interface ByteStream {
  /** Reads at least one byte, as long as SO_TIMEOUT allows; -1 at the end. The length is not 0. */
  int read(byte[] target, int offset, int length) throws IOException;

  /** Writes all bytes. The length is not 0. */
  void write(byte[] source, int offset, int length) throws IOException;

  /** How many bytes a read would find. */
  int available() throws IOException;

  /** Closes the socket. */
  void close() throws IOException;
}
