// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of one mixed channel, so that a side which it takes on later is selected on, too. Safe
 * for use by many threads.
 */
final class Registrations {
  private final List<MixedKey> keys = new ArrayList<>();
  private final List<SelectableChannel> parts = new ArrayList<>();

  /** A new key of the channel. */
  synchronized void add(MixedKey key) {
    forgetCancelled();
    keys.add(key);
    for (SelectableChannel part : parts) {
      key.serve(part);
    }
  }

  /** A new side of the channel; non-blocking if the channel is registered with any selector. */
  synchronized void serve(SelectableChannel part) {
    parts.add(part);
    for (MixedKey key : keys) {
      if (key.isValid()) {
        key.serve(part);
      }
    }
  }

  /** A side that the channel has given up, and has closed or will. */
  synchronized void drop(SelectableChannel part) {
    parts.remove(part);
  }

  /** Cancels inside what was cancelled outside, where the selector would only hear of it later. */
  synchronized void forgetCancelled() {
    for (MixedKey key : keys) {
      if (!key.isValid()) {
        key.cancelParts();
      }
    }
    keys.removeIf(key -> !key.isValid());
  }
}
