// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

/**
 * Why a user's call is refused, by the names of POSIX and with the texts that people know from
 * Linux. The socket layer turns them into the exceptions that {@code java.net} and {@code java.nio}
 * specify.
 */
public enum Errno {
  EACCES("Permission denied"),
  EADDRINUSE("Address already in use"),
  EADDRNOTAVAIL("Cannot assign requested address"),
  EAFNOSUPPORT("Address family not supported by protocol"),
  EAGAIN("Resource temporarily unavailable"),
  EALREADY("Operation already in progress"),
  ECONNABORTED("Software caused connection abort"),
  ECONNREFUSED("Connection refused"),
  ECONNRESET("Connection reset by peer"),
  EDESTADDRREQ("Destination address required"),
  EHOSTUNREACH("No route to host"),
  EINPROGRESS("Operation now in progress"),
  EINVAL("Invalid argument"),
  EISCONN("Transport endpoint is already connected"),
  EMSGSIZE("Message too long"),
  ENETDOWN("Network is down"),
  ENETUNREACH("Network is unreachable"),
  ENOBUFS("No buffer space available"),
  ENODEV("No such device"),
  ENOPROTOOPT("Protocol not available"),
  ENOTCONN("Transport endpoint is not connected"),
  EOPNOTSUPP("Operation not supported"),
  EPERM("Operation not permitted"),
  EPIPE("Broken pipe"),
  EPROTO("Protocol error"),
  ETIMEDOUT("Connection timed out");

  private final String text;

  Errno(String text) {
    this.text = text;
  }

  /** What {@code strerror} says. */
  public String text() {
    return text;
  }
}
