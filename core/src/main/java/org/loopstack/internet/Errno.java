// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

/**
 * Why a user's call is refused, by the names of POSIX and with the texts that people know from
 * Linux. The socket layer turns them into the exceptions that {@code java.net} and {@code java.nio}
 * specify.
 */
public enum Errno {
  EACCES(13, "Permission denied"),
  EADDRINUSE(98, "Address already in use"),
  EADDRNOTAVAIL(99, "Cannot assign requested address"),
  EAFNOSUPPORT(97, "Address family not supported by protocol"),
  EAGAIN(11, "Resource temporarily unavailable"),
  EALREADY(114, "Operation already in progress"),
  ECONNABORTED(103, "Software caused connection abort"),
  ECONNREFUSED(111, "Connection refused"),
  ECONNRESET(104, "Connection reset by peer"),
  EDESTADDRREQ(89, "Destination address required"),
  EHOSTDOWN(112, "Host is down"),
  EHOSTUNREACH(113, "No route to host"),
  EINPROGRESS(115, "Operation now in progress"),
  EINVAL(22, "Invalid argument"),
  EISCONN(106, "Transport endpoint is already connected"),
  EMSGSIZE(90, "Message too long"),
  ENETDOWN(100, "Network is down"),
  ENETUNREACH(101, "Network is unreachable"),
  ENOBUFS(105, "No buffer space available"),
  ENODEV(19, "No such device"),
  ENOENT(2, "No such file or directory"),
  ENONET(64, "Machine is not on the network"),
  ENOPROTOOPT(92, "Protocol not available"),
  ENOTCONN(107, "Transport endpoint is not connected"),
  EOPNOTSUPP(95, "Operation not supported"),
  EPERM(1, "Operation not permitted"),
  EPIPE(32, "Broken pipe"),
  EPROTO(71, "Protocol error"),
  ETIMEDOUT(110, "Connection timed out");

  private final int number;
  private final String text;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** The number that Linux has for it. */
  public int number() {
    return number;
  }

  /** What {@code strerror} says. */
  public String text() {
    return text;
  }
}
