// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;

/**
 * A netlink socket that asks and waits for the answer, in the network namespace of the thread that
 * opened it. The kernel answers at once; one that does not is given up after 5 seconds.
 *
 * <p>For one thread at a time.
 */
final class NetlinkSocket implements Closeable {
  /** NETLINK_ROUTE. */
  static final int ROUTE = 0;

  /** NETLINK_SOCK_DIAG. */
  static final int SOCK_DIAG = 4;

  /** NETLINK_NETFILTER. */
  static final int NETFILTER = 12;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int MSG_TRUNC = 0x20;
  private static final long PATIENCE_SECONDS = 5;
  private static final int BUFFER = 1 << 17;
  private static final int TRIES = 10;

  // Of the attributes that explain an error: NLMSGERR_ATTR_MSG.
  private static final int EXPLANATION = 1;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final int fd;
  private int sequence;

  private NetlinkSocket(int fd) {
    this.fd = fd;
  }

  /**
   * Opens one.
   *
   * @param protocol as {@link #ROUTE}
   * @throws NetlinkException EPROTONOSUPPORT if the kernel lacks it
   */
  static NetlinkSocket open(int protocol) throws NetlinkException {
    int fd = Libc.socket(AF_NETLINK, SOCK_RAW, protocol);
    if (fd < 0) {
      throw new NetlinkException("open a netlink socket", -fd, "");
    }
    NetlinkSocket socket = new NetlinkSocket(fd);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment patience = arena.allocate(16, 8);
      patience.set(JAVA_LONG, 0, PATIENCE_SECONDS);
      int _ = Libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, patience);
    }
    // Kernels before 4.12 have no explanations to give.
    int _ = Libc.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    return socket;
  }

  /**
   * Asks for all there is of something. What changes while it is told is asked for anew.
   *
   * @param what is asked, for the error, as {@code ask for the routes}
   */
  List<NetlinkMessage> dump(NetlinkRequest request, String what) throws IOException {
    for (int tries = 1; ; tries++) {
      List<NetlinkMessage> all = ask(List.of(request), what);
      if (all.stream().noneMatch(m -> m.has(NetlinkMessage.INTERRUPTED)) || tries == TRIES) {
        return all;
      }
    }
  }

  /** Asks for one thing, or tells the kernel to do one; gives what it answers before it is done. */
  List<NetlinkMessage> ask(NetlinkRequest request, String what) throws IOException {
    return ask(List.of(request), what);
  }

  /**
   * Sends requests at once and takes the answers to all that ask for one.
   *
   * @throws NetlinkException the first refusal
   */
  List<NetlinkMessage> ask(List<NetlinkRequest> requests, String what) throws IOException {
    int first = sequence + 1;
    int last = 0;
    int size = 0;
    List<byte[]> parts = new ArrayList<>();
    for (NetlinkRequest each : requests) {
      byte[] part = each.finish(++sequence);
      parts.add(part);
      size += part.length;
      if ((each.flags() & (NetlinkRequest.ACKNOWLEDGE | NetlinkRequest.DUMP)) != 0) {
        last = sequence;
      }
    }
    send(parts, size, what);
    List<NetlinkMessage> answers = new ArrayList<>();
    while (last != 0 && !receive(first, last, answers, what)) {
      // Each part of an answer is a datagram of its own.
    }
    return answers;
  }

  private void send(List<byte[]> parts, int size, String what) throws IOException {
    if (size > BUFFER) {
      throw new IllegalArgumentException("A request of " + size + " bytes: at most " + BUFFER);
    }
    int at = 0;
    for (byte[] part : parts) {
      MemorySegment.copy(part, 0, buffer, JAVA_BYTE, at, part.length);
      at += part.length;
    }
    // With nothing bound, the kernel is where it goes.
    long sent = Libc.sendto(fd, buffer, at, 0, MemorySegment.NULL);
    if (sent < 0) {
      throw new NetlinkException(what, (int) -sent, "");
    }
  }

  /** Takes one datagram; whether the last answer is complete. */
  private boolean receive(int first, int last, List<NetlinkMessage> answers, String what)
      throws IOException {
    long n;
    do {
      n = Libc.recvfrom(fd, buffer, BUFFER, MSG_TRUNC, MemorySegment.NULL, MemorySegment.NULL);
    } while (Errno.EINTR.is(n));
    if (Errno.EAGAIN.is(n)) {
      throw new NetlinkException(what, "none came in " + PATIENCE_SECONDS + " seconds");
    }
    if (n < 0) {
      throw new NetlinkException(what, (int) -n, "");
    }
    if (n > BUFFER) {
      throw new NetlinkException(what, "a datagram of " + n + " bytes");
    }
    ByteBuffer datagram = ByteBuffer.wrap(buffer.asSlice(0, n).toArray(JAVA_BYTE));
    boolean done = false;
    for (NetlinkMessage each : NetlinkMessage.parse(datagram, what)) {
      if (each.sequence() < first || each.sequence() > last) {
        // Of a request before, which was given up.
        continue;
      }
      if (each.type() == NetlinkMessage.ERROR || each.type() == NetlinkMessage.DONE) {
        throwIfRefused(each, what);
        done |= each.sequence() == last;
      } else {
        answers.add(each);
      }
    }
    return done;
  }

  /** struct nlmsgerr: an error number, negated, and the request; NLMSG_DONE has the number, too. */
  private static void throwIfRefused(NetlinkMessage message, String what) throws NetlinkException {
    ByteBuffer body = message.body();
    int error = body.remaining() >= 4 ? body.getInt(0) : 0;
    if (error < 0) {
      throw new NetlinkException(what, -error, explanation(message, body));
    }
  }

  private static String explanation(NetlinkMessage message, ByteBuffer body) {
    if (!message.has(NetlinkMessage.EXPLAINED)) {
      return "";
    }
    int after = 4;
    if (message.type() == NetlinkMessage.ERROR && body.remaining() >= 8) {
      after += message.has(NetlinkMessage.CAPPED) ? NetlinkMessage.HEADER : body.getInt(4);
    }
    String text = Attributes.of(body, after).text(EXPLANATION);
    return text == null ? "" : text;
  }

  @Override
  public void close() {
    int _ = Libc.close(fd);
    arena.close();
  }
}
