// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.net.SocketOption;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;

/** Which addresses an endpoint can use. */
public enum AddressFamily {
  /** IPv4 only. */
  INET,
  /** IPv6, and IPv4 too unless IPV6_V6ONLY is set (RFC 3493 section 3.7). */
  INET6;

  /**
   * Refuses an option that is about the other family.
   *
   * @throws ErrnoException ENOPROTOOPT, as Linux
   */
  public void check(SocketOption<?> option) throws ErrnoException {
    if (this == INET && option.name().startsWith("IPV6_")) {
      throw new ErrnoException(Errno.ENOPROTOOPT);
    }
  }
}
