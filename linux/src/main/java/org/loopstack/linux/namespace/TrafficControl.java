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
 * Leads what passes one interface of a namespace to another: the queueing discipline {@code clsact}
 * with a filter that takes everything ({@code u32}) and an action that redirects ({@code mirred}),
 * as {@code tc(8)} makes them.
 */
public final class TrafficControl {
  /** Where a datagram is taken, and what is done with it at the other interface. */
  public enum Redirection {
    /** What is sent by the one is sent by the other. */
    SENT(0xfff3, 1),
    /** What is received by the one is received by the other. */
    RECEIVED(0xfff2, 3);

    private final int hook;
    private final int action;

    Redirection(int hook, int action) {
      this.hook = hook;
      this.action = action;
    }
  }

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_ROUTE = 0;
  private static final int HEADER = 16;
  private static final int NLMSG_ERROR = 2;

  private static final short RTM_NEWQDISC = 36;
  private static final short RTM_DELQDISC = 37;
  private static final short RTM_NEWTFILTER = 44;
  private static final int REQUEST_AND_ACKNOWLEDGE = 0x1 | 0x4;
  private static final int CREATE_NEW = 0x400 | 0x200;

  private static final int TC_H_CLSACT = 0xffff_fff1;
  private static final short TCA_KIND = 1;
  private static final short TCA_OPTIONS = 2;
  private static final short TCA_U32_SEL = 5;
  private static final short TCA_U32_ACT = 7;
  private static final short TCA_ACT_KIND = 1;
  private static final short TCA_ACT_OPTIONS = 2;
  private static final short TCA_MIRRED_PARMS = 2;
  private static final int TC_ACT_STOLEN = 4;
  private static final short NESTED = (short) 0x8000;

  private final NetworkNamespace namespace;

  /** That of a namespace. */
  public TrafficControl(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /** {@code tc qdisc add dev ... clsact}. */
  public void addHooks(int interfaceIndex) throws IOException {
    ByteBuffer b = begin(RTM_NEWQDISC, CREATE_NEW);
    tcHeader(b, interfaceIndex, 0xffff_0000, TC_H_CLSACT, 0);
    text(b, TCA_KIND, "clsact");
    send(b, "tc qdisc add clsact (the kernel needs sch_ingress)");
  }

  /** {@code tc qdisc del dev ... clsact}, with all filters there. */
  public void removeHooks(int interfaceIndex) throws IOException {
    ByteBuffer b = begin(RTM_DELQDISC, 0);
    tcHeader(b, interfaceIndex, 0xffff_0000, TC_H_CLSACT, 0);
    send(b, "tc qdisc del clsact");
  }

  /** {@code tc filter add dev FROM ... u32 match u32 0 0 action mirred ... redirect dev TO}. */
  public void redirect(Redirection which, int from, int to) throws IOException {
    ByteBuffer b = begin(RTM_NEWTFILTER, CREATE_NEW);
    // The priority, and ETH_P_ALL in network order.
    int parent = 0xffff_0000 | which.hook;
    tcHeader(b, from, 0, parent, 1 << 16 | Short.toUnsignedInt(network((short) 3)));
    text(b, TCA_KIND, "u32");
    int options = nest(b, TCA_OPTIONS);
    selectAll(b);
    int actions = nest(b, TCA_U32_ACT);
    int first = nest(b, (short) 1);
    text(b, TCA_ACT_KIND, "mirred");
    int mirred = nest(b, TCA_ACT_OPTIONS);
    int parameters = attribute(b, TCA_MIRRED_PARMS);
    // struct tc_mirred: index, capabilities, action, two counts, what to do, where.
    b.putInt(0).putInt(0).putInt(TC_ACT_STOLEN).putInt(0).putInt(0).putInt(which.action).putInt(to);
    end(b, parameters);
    end(b, mirred);
    end(b, first);
    end(b, actions);
    end(b, options);
    send(b, "tc filter add u32 mirred (the kernel needs cls_u32 and act_mirred)");
  }

  /** struct tc_u32_sel with one key that asks for nothing. */
  private static void selectAll(ByteBuffer b) {
    int selector = attribute(b, TCA_U32_SEL);
    byte terminal = 1;
    byte keys = 1;
    b.put(terminal).put((byte) 0).put(keys).put((byte) 0);
    b.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
    b.putInt(0).putInt(0).putInt(0).putInt(0);
    end(b, selector);
  }

  private static short network(short value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
  }

  private static ByteBuffer begin(short type, int flags) {
    ByteBuffer b = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());
    b.putInt(0).putShort(type).putShort((short) (REQUEST_AND_ACKNOWLEDGE | flags));
    return b.putInt(1).putInt(0);
  }

  /** struct tcmsg. */
  private static void tcHeader(ByteBuffer b, int index, int handle, int parent, int info) {
    b.putInt(0).putInt(index).putInt(handle).putInt(parent).putInt(info);
  }

  /** Begins an attribute and says where. */
  private static int attribute(ByteBuffer b, short type) {
    int at = b.position();
    b.putShort((short) 0).putShort(type);
    return at;
  }

  private static int nest(ByteBuffer b, short type) {
    return attribute(b, (short) (type | NESTED));
  }

  /** Ends an attribute: its length without, its place with what fills it up to 4 bytes. */
  private static void end(ByteBuffer b, int at) {
    b.putShort(at, (short) (b.position() - at));
    while ((b.position() & 3) != 0) {
      b.put((byte) 0);
    }
  }

  private static void text(ByteBuffer b, short type, String value) {
    int at = attribute(b, type);
    b.put(value.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    end(b, at);
  }

  private void send(ByteBuffer message, String what) throws IOException {
    int length = message.position();
    message.putInt(0, length);
    byte[] request = new byte[length];
    message.get(0, request);
    namespace.run(
        () -> {
          int fd =
              LinuxException.check(
                  Libc.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "open a netlink socket");
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(4096, 8);
            MemorySegment.copy(request, 0, bytes, JAVA_BYTE, 0, length);
            LinuxException.check(Libc.sendto(fd, bytes, length, 0, MemorySegment.NULL), what);
            long n =
                LinuxException.check(
                    Libc.recvfrom(
                        fd, bytes, bytes.byteSize(), 0, MemorySegment.NULL, MemorySegment.NULL),
                    what);
            // struct nlmsgerr: an acknowledgment is the error 0.
            if (n < HEADER + 4 || bytes.get(JAVA_INT, 4) << 16 >> 16 != NLMSG_ERROR) {
              throw new IOException(what + ": the kernel's answer is not understood");
            }
            LinuxException.check(bytes.get(JAVA_INT, HEADER), what);
          } finally {
            Libc.close(fd);
          }
        });
  }
}
