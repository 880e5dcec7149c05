// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.io.IOException;
import java.io.Serial;
import org.loopstack.linux.ffi.Errno;

/** The kernel has refused what it was asked by netlink, or its answer is not understood. */
public final class NetlinkException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * A refusal.
   *
   * @param what was asked, as {@code ask for the routes}
   * @param errno the error number, above 0
   * @param explanation what the kernel says about it beyond the number; may be empty
   */
  NetlinkException(String what, int errno, String explanation) {
    super(what + ": " + Errno.text(errno) + (explanation.isEmpty() ? "" : ": " + explanation));
    this.errno = errno;
  }

  /** An answer that is not understood. */
  NetlinkException(String what, String why) {
    super(what + ": the kernel's answer is not understood: " + why);
    this.errno = 0;
  }

  /** The error number, as in {@link Errno}; 0 if the answer was not understood. */
  public int errno() {
    return errno;
  }

  /** Whether that is the reason. */
  public boolean is(Errno reason) {
    return errno == reason.number();
  }
}
