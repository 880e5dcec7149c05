// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.nio.channels.SelectionKey;

/** What an endpoint can do without blocking, as bits; the same bits as a {@link SelectionKey}'s. */
public final class Readiness {
  /** A read does not block: there is data, the end of the stream, or an error. */
  public static final int READ = SelectionKey.OP_READ;

  /** A write does not block: there is room, or an error. */
  public static final int WRITE = SelectionKey.OP_WRITE;

  /** An attempt to connect has ended, well or badly. */
  public static final int CONNECT = SelectionKey.OP_CONNECT;

  /** A connection can be accepted. */
  public static final int ACCEPT = SelectionKey.OP_ACCEPT;

  /** All that was written has been acknowledged or given up: what a lingering close waits for. */
  public static final int DRAINED = 1 << 8;

  /** Everything. */
  public static final int ALL = READ | WRITE | CONNECT | ACCEPT | DRAINED;

  private Readiness() {}
}
