// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.loopstack.linux.netlink.NetlinkRequest;

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

  private static final int RTM_NEWQDISC = 36;
  private static final int RTM_DELQDISC = 37;
  private static final int RTM_NEWTFILTER = 44;

  private static final int TC_H_CLSACT = 0xffff_fff1;
  private static final int TCA_KIND = 1;
  private static final int TCA_OPTIONS = 2;
  private static final int TCA_U32_SEL = 5;
  private static final int TCA_U32_ACT = 7;
  private static final int TCA_ACT_KIND = 1;
  private static final int TCA_ACT_OPTIONS = 2;
  private static final int TCA_MIRRED_PARMS = 2;
  private static final int TC_ACT_STOLEN = 4;

  private final NetworkNamespace namespace;

  /** That of a namespace. */
  public TrafficControl(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /** {@code tc qdisc add dev ... clsact}. */
  public void addHooks(int interfaceIndex) throws IOException {
    NetlinkRequest request = RouteRequests.toCreate(RTM_NEWQDISC);
    tcHeader(request, interfaceIndex, 0xffff_0000, TC_H_CLSACT, 0);
    RouteRequests.send(
        namespace,
        request.put(TCA_KIND, "clsact"),
        "tc qdisc add clsact (the kernel needs sch_ingress)");
  }

  /** {@code tc qdisc del dev ... clsact}, with all filters there. */
  public void removeHooks(int interfaceIndex) throws IOException {
    NetlinkRequest request = RouteRequests.toChange(RTM_DELQDISC);
    tcHeader(request, interfaceIndex, 0xffff_0000, TC_H_CLSACT, 0);
    RouteRequests.send(namespace, request, "tc qdisc del clsact");
  }

  /** {@code tc filter add dev FROM ... u32 match u32 0 0 action mirred ... redirect dev TO}. */
  public void redirect(Redirection which, int from, int to) throws IOException {
    NetlinkRequest b = RouteRequests.toCreate(RTM_NEWTFILTER);
    // The priority, and ETH_P_ALL in network order.
    int parent = 0xffff_0000 | which.hook;
    tcHeader(b, from, 0, parent, 1 << 16 | Short.toUnsignedInt(network((short) 3)));
    b.put(TCA_KIND, "u32");
    b.nest(
        TCA_OPTIONS,
        () -> {
          b.put(TCA_U32_SEL, selectAll());
          b.nest(TCA_U32_ACT, () -> b.nest(1, () -> mirror(b, which, to)));
        });
    RouteRequests.send(
        namespace, b, "tc filter add u32 mirred (the kernel needs cls_u32 and act_mirred)");
  }

  private static void mirror(NetlinkRequest b, Redirection which, int to) {
    // struct tc_mirred: index, capabilities, action, two counts, what to do, where.
    ByteBuffer parameters = ByteBuffer.allocate(28).order(ByteOrder.nativeOrder());
    parameters.putInt(8, TC_ACT_STOLEN).putInt(20, which.action).putInt(24, to);
    b.put(TCA_ACT_KIND, "mirred")
        .nest(TCA_ACT_OPTIONS, () -> b.put(TCA_MIRRED_PARMS, parameters.array()));
  }

  /** struct tc_u32_sel, terminal, with one key that asks for nothing. */
  private static byte[] selectAll() {
    byte[] selector = new byte[32];
    selector[0] = 1;
    selector[2] = 1;
    return selector;
  }

  private static short network(short value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
  }

  /** struct tcmsg. */
  private static void tcHeader(NetlinkRequest b, int index, int handle, int parent, int info) {
    NetlinkRequest _ = b.u32(0).u32(index).u32(handle).u32(parent).u32(info);
  }
}
