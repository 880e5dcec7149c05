// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.TcpOptionWriter;

/**
 * The option of Fast Open in a SYN or SYN-ACK: the one of RFC 7413, or the one that it had while it
 * was an experiment (RFC 6994), which Linux still speaks. Immutable.
 */
final class FastOpenOption {
  /** Asks for a cookie. */
  static final FastOpenOption REQUEST = new FastOpenOption(new byte[0], false);

  /** The same, of a peer that may know nothing but the experiment. */
  static final FastOpenOption EXPERIMENTAL_REQUEST = new FastOpenOption(new byte[0], true);

  private final byte[] cookie;
  private final boolean experimental;

  /** The cookie is not changed any more; empty to ask for one. */
  FastOpenOption(byte[] cookie, boolean experimental) {
    this.cookie = cookie;
    this.experimental = experimental;
  }

  boolean isExperimental() {
    return experimental;
  }

  boolean isRequest() {
    return cookie.length == 0;
  }

  /** How many bytes it takes, what pads it to a multiple of four not counted. */
  int length() {
    return (experimental ? 4 : 2) + cookie.length;
  }

  /**
   * Writes it.
   *
   * @return where it ends
   */
  int write(byte[] b, int at) {
    return experimental
        ? TcpOptionWriter.experimentalFastOpen(b, at, cookie, 0, cookie.length)
        : TcpOptionWriter.fastOpen(b, at, cookie, 0, cookie.length);
  }
}
