// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.net.SocketOption;

/** Options that the JDK has no public constant for. */
public final class TransportOptions {
  /**
   * Whether urgent data stays in the stream (RFC 9293 section 3.8.5, RFC 6093); else it is thrown
   * away. The JDK knows it as {@link java.net.Socket#setOOBInline} only.
   */
  public static final SocketOption<Boolean> SO_OOBINLINE =
      new SocketOption<>() {
        @Override
        public String name() {
          return "SO_OOBINLINE";
        }

        @Override
        public Class<Boolean> type() {
          return Boolean.class;
        }

        @Override
        public String toString() {
          return name();
        }
      };

  private TransportOptions() {}
}
