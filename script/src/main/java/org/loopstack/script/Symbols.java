// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The symbolic constants of system calls, with Linux's values. */
final class Symbols {
  private static final Map<String, Long> VALUES = new HashMap<>();

  static {
    table("AF_UNSPEC 0 AF_INET 2 AF_INET6 10 PF_INET 2 PF_INET6 10");
    table("SOCK_STREAM 1 SOCK_DGRAM 2 SOCK_RAW 3 SOCK_NONBLOCK 2048 SOCK_CLOEXEC 524288");
    table("IPPROTO_IP 0 IPPROTO_ICMP 1 IPPROTO_TCP 6 IPPROTO_UDP 17 IPPROTO_IPV6 41");
    table("IPPROTO_ICMPV6 58 SOL_SOCKET 1 SOL_IP 0 SOL_TCP 6 SOL_UDP 17 SOL_IPV6 41");
    table("O_RDONLY 0 O_WRONLY 1 O_RDWR 2 O_NONBLOCK 2048 F_GETFL 3 F_SETFL 4 F_GETFD 1");
    table("F_SETFD 2 FD_CLOEXEC 1 SHUT_RD 0 SHUT_WR 1 SHUT_RDWR 2");
    table("MSG_OOB 1 MSG_PEEK 2 MSG_DONTROUTE 4 MSG_CTRUNC 8 MSG_TRUNC 32 MSG_DONTWAIT 64");
    table("MSG_EOR 128 MSG_WAITALL 256 MSG_ERRQUEUE 8192 MSG_NOSIGNAL 16384 MSG_MORE 32768");
    table("MSG_ZEROCOPY 67108864 MSG_FASTOPEN 536870912");
    table("POLLIN 1 POLLPRI 2 POLLOUT 4 POLLERR 8 POLLHUP 16 POLLNVAL 32 POLLRDHUP 8192");
    table("EPOLLIN 1 EPOLLPRI 2 EPOLLOUT 4 EPOLLERR 8 EPOLLHUP 16 EPOLLRDHUP 8192");
    table("EPOLLEXCLUSIVE 268435456 EPOLLWAKEUP 536870912 EPOLLONESHOT 1073741824");
    table("EPOLLET 2147483648 EPOLL_CTL_ADD 1 EPOLL_CTL_DEL 2 EPOLL_CTL_MOD 3");
    table("IP_RECVERR 11 IPV6_RECVERR 25 TCP_CM_INQ 36 TCP_INQ 36 SCM_TIMESTAMPING 37");
    table("SOF_TIMESTAMPING_TX_SOFTWARE 2 SOF_TIMESTAMPING_RX_SOFTWARE 8");
    table("SOF_TIMESTAMPING_SOFTWARE 16 SOF_TIMESTAMPING_OPT_ID 128 SOF_TIMESTAMPING_TX_SCHED 256");
    table("SOF_TIMESTAMPING_TX_ACK 512 SOF_TIMESTAMPING_OPT_CMSG 1024");
    table("SOF_TIMESTAMPING_OPT_TSONLY 2048 SOF_TIMESTAMPING_OPT_STATS 4096");
    table("SCM_TSTAMP_SND 0 SCM_TSTAMP_SCHED 1 SCM_TSTAMP_ACK 2 SO_EE_ORIGIN_LOCAL 1");
    table("SO_EE_ORIGIN_ICMP 2 SO_EE_ORIGIN_ICMP6 3 SO_EE_ORIGIN_TIMESTAMPING 4");
    table("SO_EE_ORIGIN_ZEROCOPY 5 SO_EE_CODE_ZEROCOPY_COPIED 1 SPLICE_F_MOVE 1");
    table("SPLICE_F_NONBLOCK 2 SPLICE_F_MORE 4 NULL 0 ENOENT 2 EEXIST 17 ENOMSG 42");
    table("POLLRDNORM 64 POLLRDBAND 128 POLLWRNORM 256 POLLWRBAND 512");
    table("SIOCINQ 21531 FIONREAD 21531 SIOCOUTQ 21521 TIOCOUTQ 21521 SIOCATMARK 35077");
    table("IPTOS_LOWDELAY 16 IPTOS_THROUGHPUT 8 IPTOS_RELIABILITY 4 IPTOS_MINCOST 2");
    table("IP_PMTUDISC_DONT 0 IP_PMTUDISC_WANT 1 IP_PMTUDISC_DO 2 IP_PMTUDISC_PROBE 3");
    table("EPERM 1 EINTR 4 EBADF 9 EAGAIN 11 EWOULDBLOCK 11 EACCES 13 EFAULT 14 ENODEV 19");
    table("EINVAL 22 EPIPE 32 EPROTO 71 EDESTADDRREQ 89 EMSGSIZE 90 ENOPROTOOPT 92");
    table("EOPNOTSUPP 95 EAFNOSUPPORT 97 EADDRINUSE 98 EADDRNOTAVAIL 99 ENETDOWN 100");
    table("ENETUNREACH 101 ECONNABORTED 103 ECONNRESET 104 ENOBUFS 105 EISCONN 106");
    table(
        "ENOTCONN 107 ENONET 64 EHOSTDOWN 112 ETIMEDOUT 110 ECONNREFUSED 111 EHOSTUNREACH 113"
            + " EALREADY 114");
    table("EINPROGRESS 115 INFINITY 4294967295");
  }

  private Symbols() {}

  private static void table(String namesAndValues) {
    String[] words = namesAndValues.split(" ", -1);
    for (int i = 0; i < words.length; i += 2) {
      VALUES.put(words[i], Long.parseLong(words[i + 1]));
    }
  }

  /** The value of a constant, or -1 if there is none of that name. */
  static long value(String name) {
    return VALUES.getOrDefault(name, -1L);
  }

  /** The name of the error with that number. */
  static String errno(int number) {
    for (Map.Entry<String, Long> each : VALUES.entrySet()) {
      String name = each.getKey();
      if (each.getValue() == number && name.startsWith("E") && !name.startsWith("EP")
          || name.equals("EPIPE") && number == 32) {
        return name;
      }
    }
    return "E" + number;
  }

  /** The value of an expression that is a number. */
  static long number(Expression e, Position position) {
    return switch (e) {
      case Expression.Number(long value) -> value;
      case Expression.Or(Expression left, Expression right) ->
          number(left, position) | number(right, position);
      case Expression.Array all when all.elements().size() == 1 ->
          number(all.elements().getFirst(), position);
      case Expression.Name(String name) -> {
        Long value = VALUES.get(name);
        if (value == null) {
          throw ScriptException.unsupported(position, "there is no constant " + name);
        }
        yield value;
      }
      default ->
          throw ScriptException.failed(
              position,
              "expected a number and found "
                  + e.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    };
  }
}
