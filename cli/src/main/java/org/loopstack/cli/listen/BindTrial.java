// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.lang.foreign.Arena;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.SocketAddresses;
import org.loopstack.wire.IpAddress;

/**
 * Asks the kernel whether an address and port can be had now: binds a socket to it and closes it,
 * without listening, so that nobody can connect.
 *
 * @param address where; the unspecified IPv6 address means both IP versions, as most servers mean
 *     it
 * @param plain the error number without SO_REUSEADDR, 0 for none
 * @param reusing the error number with SO_REUSEADDR, 0 for none
 */
public record BindTrial(IpAddress address, int plain, int reusing) {
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;

  /**
   * Tries both ways.
   *
   * @param port 0 for any
   */
  public static BindTrial of(IpAddress address, int port, boolean tcp) {
    return new BindTrial(address, bind(address, port, tcp, false), bind(address, port, tcp, true));
  }

  private static int bind(IpAddress address, int port, boolean tcp, boolean reuse) {
    int fd = Libc.socket(SocketAddresses.family(address), tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (fd < 0) {
      return -fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      int _ = Libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, reuse ? 1 : 0);
      if (address.isIpv6()) {
        int _ = Libc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
      }
      return -Libc.bind(fd, SocketAddresses.write(arena, address, port, 0));
    } finally {
      int _ = Libc.close(fd);
    }
  }

  /** Whether it can be had. */
  public boolean isFree() {
    return plain == 0;
  }

  /** Whether a server that sets SO_REUSEADDR, as most do, gets it all the same. */
  public boolean isFreeForReuse() {
    return plain != 0 && reusing == 0;
  }

  /** Whether nobody else gets it now. */
  public boolean isTaken() {
    return reusing == Errno.EADDRINUSE.number();
  }

  /** Whether it is for the privileged only. */
  public boolean isForbidden() {
    return plain == Errno.EACCES.number();
  }

  /** Whether the machine does not have that address. */
  public boolean isMissing() {
    return plain == Errno.EADDRNOTAVAIL.number() || plain == Errno.EAFNOSUPPORT.number();
  }
}
