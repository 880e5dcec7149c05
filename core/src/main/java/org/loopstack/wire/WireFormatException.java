// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not the packet they were taken for: the one error of the records' {@code parse}
 * methods. The packet path never throws it.
 */
public final class WireFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why the stack would drop these bytes. */
  private final DropReason reason;

  /** For bytes that a {@code validate} method refused. */
  public WireFormatException(DropReason reason) {
    super(reason + ": " + reason.description());
    this.reason = reason;
  }

  /** Why the stack would drop these bytes. */
  public DropReason reason() {
    return reason;
  }

  static void throwIf(@Nullable DropReason reason) {
    if (reason != null) {
      throw new WireFormatException(reason);
    }
  }
}
