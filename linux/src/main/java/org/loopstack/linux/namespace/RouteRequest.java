// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/**
 * One request to rtnetlink(7), which the kernel acknowledges or refuses: a header, the fixed part
 * of its kind, and attributes, some of which hold others. Numbers are in the machine's order.
 */
final class RouteRequest {
  /** The thing must not be there yet: NLM_F_CREATE and NLM_F_EXCL. */
  static final int CREATE_NEW = 0x400 | 0x200;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_ROUTE = 0;
  private static final int HEADER = 16;
  private static final int NLMSG_ERROR = 2;
  private static final int REQUEST_AND_ACKNOWLEDGE = 0x1 | 0x4;
  private static final int NESTED = 0x8000;

  private final ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

  /**
   * A request without anything behind its header.
   *
   * @param type as RTM_NEWLINK
   * @param flags beside those that ask for an acknowledgment
   */
  RouteRequest(int type, int flags) {
    bytes.putInt(0).putShort((short) type).putShort((short) (REQUEST_AND_ACKNOWLEDGE | flags));
    bytes.putInt(1).putInt(0);
  }

  RouteRequest i8(int value) {
    bytes.put((byte) value);
    return this;
  }

  RouteRequest i16(int value) {
    bytes.putShort((short) value);
    return this;
  }

  RouteRequest i32(int value) {
    bytes.putInt(value);
    return this;
  }

  /** Begins an attribute and says where. */
  int begin(int type) {
    int at = bytes.position();
    bytes.putShort((short) 0).putShort((short) type);
    return at;
  }

  /** Begins an attribute that holds others. */
  int nest(int type) {
    return begin(type | NESTED);
  }

  /** Ends an attribute: its length without, its place with what fills it up to 4 bytes. */
  RouteRequest end(int at) {
    bytes.putShort(at, (short) (bytes.position() - at));
    while ((bytes.position() & 3) != 0) {
      bytes.put((byte) 0);
    }
    return this;
  }

  RouteRequest text(int type, String value) {
    int at = begin(type);
    bytes.put(value.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    return end(at);
  }

  RouteRequest number(int type, int value) {
    return end(begin4(type, value));
  }

  private int begin4(int type, int value) {
    int at = begin(type);
    bytes.putInt(value);
    return at;
  }

  RouteRequest data(int type, byte[] value) {
    int at = begin(type);
    bytes.put(value);
    return end(at);
  }

  /**
   * Asks the kernel, in a namespace.
   *
   * @param what is asked for, for the exception
   * @throws LinuxException if the kernel refuses
   */
  void send(NetworkNamespace namespace, String what) throws IOException {
    int length = bytes.position();
    bytes.putInt(0, length);
    namespace.run(() -> exchange(length, what));
  }

  private void exchange(int length, String what) throws IOException {
    int fd =
        LinuxException.check(
            Libc.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "open a netlink socket");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(4096, 8);
      MemorySegment.copy(bytes.array(), 0, buffer, JAVA_BYTE, 0, length);
      LinuxException.check(Libc.sendto(fd, buffer, length, 0, MemorySegment.NULL), what);
      long n =
          LinuxException.check(
              Libc.recvfrom(
                  fd, buffer, buffer.byteSize(), 0, MemorySegment.NULL, MemorySegment.NULL),
              what);
      // struct nlmsgerr: an acknowledgment is the error 0, and errors are negated.
      if (n < HEADER + 4 || (short) buffer.get(JAVA_INT, 4) != NLMSG_ERROR) {
        throw new IOException(what + ": the kernel's answer is not understood");
      }
      int error = buffer.get(JAVA_INT, HEADER);
      if (error != 0) {
        throw new LinuxException(what, -error);
      }
    } finally {
      Libc.close(fd);
    }
  }
}
