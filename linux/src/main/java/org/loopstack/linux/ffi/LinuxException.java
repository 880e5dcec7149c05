// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ffi;

import java.io.IOException;
import java.io.Serial;

/** A call of Linux has failed. Its message names the call and says why, with the error's name. */
public final class LinuxException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * A failure.
   *
   * @param what was tried, as {@code open /dev/net/tun}
   * @param errno the error number, above 0
   */
  public LinuxException(String what, int errno) {
    super(what + ": " + Errno.text(errno));
    this.errno = errno;
  }

  /** The error number, as in {@link Errno}. */
  public int errno() {
    return errno;
  }

  /**
   * Gives back what a call gave, unless that is an error.
   *
   * @param result of a method of {@link Libc}
   * @param what was tried, as {@code open /dev/net/tun}
   * @throws LinuxException if the result is negative
   */
  public static int check(int result, String what) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(what, -result);
    }
    return result;
  }

  /** As {@link #check(int, String)}, for calls that give a length. */
  public static long check(long result, String what) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(what, (int) -result);
    }
    return result;
  }
}
