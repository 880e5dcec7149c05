// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.io.IOException;

/** A user's call was refused. Thrown to callers from above only, never on behalf of a packet. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /** A refusal with the text that belongs to it. */
  public ErrnoException(Errno errno) {
    super(errno.text());
    this.errno = errno;
  }

  /** Why the call was refused. */
  public Errno errno() {
    return errno;
  }
}
