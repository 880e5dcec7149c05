// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import java.io.IOException;
import java.nio.ByteOrder;

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

  private static final short RTM_NEWQDISC = 36;
  private static final short RTM_DELQDISC = 37;
  private static final short RTM_NEWTFILTER = 44;

  private static final int TC_H_CLSACT = 0xffff_fff1;
  private static final short TCA_KIND = 1;
  private static final short TCA_OPTIONS = 2;
  private static final short TCA_U32_SEL = 5;
  private static final short TCA_U32_ACT = 7;
  private static final short TCA_ACT_KIND = 1;
  private static final short TCA_ACT_OPTIONS = 2;
  private static final short TCA_MIRRED_PARMS = 2;
  private static final int TC_ACT_STOLEN = 4;

  private final NetworkNamespace namespace;

  /** That of a namespace. */
  public TrafficControl(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /** {@code tc qdisc add dev ... clsact}. */
  public void addHooks(int interfaceIndex) throws IOException {
    RouteRequest b = new RouteRequest(RTM_NEWQDISC, RouteRequest.CREATE_NEW);
    tcHeader(b, interfaceIndex, 0xffff_0000, TC_H_CLSACT, 0);
    b.text(TCA_KIND, "clsact")
        .send(namespace, "tc qdisc add clsact (the kernel needs sch_ingress)");
  }

  /** {@code tc qdisc del dev ... clsact}, with all filters there. */
  public void removeHooks(int interfaceIndex) throws IOException {
    RouteRequest b = new RouteRequest(RTM_DELQDISC, 0);
    tcHeader(b, interfaceIndex, 0xffff_0000, TC_H_CLSACT, 0);
    b.send(namespace, "tc qdisc del clsact");
  }

  /** {@code tc filter add dev FROM ... u32 match u32 0 0 action mirred ... redirect dev TO}. */
  public void redirect(Redirection which, int from, int to) throws IOException {
    RouteRequest b = new RouteRequest(RTM_NEWTFILTER, RouteRequest.CREATE_NEW);
    // The priority, and ETH_P_ALL in network order.
    int parent = 0xffff_0000 | which.hook;
    tcHeader(b, from, 0, parent, 1 << 16 | Short.toUnsignedInt(network((short) 3)));
    b.text(TCA_KIND, "u32");
    int options = b.nest(TCA_OPTIONS);
    selectAll(b);
    int actions = b.nest(TCA_U32_ACT);
    int first = b.nest((short) 1);
    b.text(TCA_ACT_KIND, "mirred");
    int mirred = b.nest(TCA_ACT_OPTIONS);
    int parameters = b.begin(TCA_MIRRED_PARMS);
    // struct tc_mirred: index, capabilities, action, two counts, what to do, where.
    b.i32(0).i32(0).i32(TC_ACT_STOLEN).i32(0).i32(0).i32(which.action).i32(to);
    b.end(parameters).end(mirred).end(first).end(actions).end(options);
    b.send(namespace, "tc filter add u32 mirred (the kernel needs cls_u32 and act_mirred)");
  }

  /** struct tc_u32_sel with one key that asks for nothing. */
  private static void selectAll(RouteRequest b) {
    int selector = b.begin(TCA_U32_SEL);
    // Terminal, without offset shift, with one key.
    b.i8(1).i8(0).i8(1).i8(0).i16(0).i16(0).i16(0).i16(0).i32(0);
    b.i32(0).i32(0).i32(0).i32(0);
    b.end(selector);
  }

  private static short network(short value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
  }

  /** struct tcmsg. */
  private static void tcHeader(RouteRequest b, int index, int handle, int parent, int info) {
    b.i32(0).i32(index).i32(handle).i32(parent).i32(info);
  }
}
