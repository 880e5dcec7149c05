// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;

/**
 * What a system call returns.
 *
 * @param result its result, -1 for an error
 * @param errno the error's name, or null
 * @param difference what it gave back otherwise than the script says, or null
 */
record Outcome(long result, @Nullable String errno, @Nullable String difference) {
  /** Success. */
  static final Outcome ZERO = new Outcome(0, null, null);

  static Outcome of(long result) {
    return new Outcome(result, null, null);
  }

  static Outcome error(String errno) {
    return new Outcome(-1, errno, null);
  }

  static Outcome error(ErrnoException refusal) {
    return error(refusal.errno().name());
  }

  static Outcome different(String difference) {
    return new Outcome(0, null, difference);
  }

  @Override
  public String toString() {
    return errno == null ? String.valueOf(result) : result + " " + errno;
  }
}
