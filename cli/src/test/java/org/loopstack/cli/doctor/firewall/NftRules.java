// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.firewall;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.netlink.NetlinkRequest;
import org.loopstack.linux.netlink.Nftables;

/** Makes rules of nftables in a network: one table, {@code test}, of both IP versions. */
public final class NftRules {
  private static final int NEW_TABLE = 0;
  private static final int NEW_CHAIN = 3;
  private static final int NEW_RULE = 6;
  private static final int REGISTER = 1;
  private static final String TABLE = "test";

  private final List<NetlinkRequest> requests = new ArrayList<>();
  private @Nullable NetlinkRequest rule;

  /** With the table. */
  public NftRules() {
    requests.add(Nftables.make(NEW_TABLE, Nftables.INET).put(1, TABLE));
  }

  /** Adds a chain that every packet comes to. */
  public NftRules base(String name, int hook, boolean drops) {
    NetlinkRequest request = Nftables.make(NEW_CHAIN, Nftables.INET).put(1, TABLE).put(3, name);
    request.nest(4, () -> request.putBig(1, hook).putBig(2, 0));
    requests.add(request.putBig(5, drops ? 0 : 1).put(7, "filter"));
    return this;
  }

  /** Adds a chain that others jump to. */
  public NftRules chain(String name) {
    requests.add(Nftables.make(NEW_CHAIN, Nftables.INET).put(1, TABLE).put(3, name));
    return this;
  }

  /** Adds a rule, of these steps. */
  public NftRules rule(String chain, Runnable... steps) {
    NetlinkRequest request = Nftables.make(NEW_RULE, Nftables.INET).put(1, TABLE).put(2, chain);
    rule = request;
    request.nest(4, () -> Arrays.asList(steps).forEach(Runnable::run));
    requests.add(request);
    return this;
  }

  private NetlinkRequest now() {
    NetlinkRequest request = rule;
    if (request == null) {
      throw new IllegalStateException("A step outside of a rule");
    }
    return request;
  }

  private void expression(String name, Runnable data) {
    now().nest(1, () -> now().put(1, name).nest(2, data));
  }

  private void compare(byte[] value) {
    expression(
        "cmp", () -> now().putBig(1, REGISTER).putBig(2, 0).nest(3, () -> now().put(1, value)));
  }

  private void meta(int key, byte[] value) {
    expression("meta", () -> now().putBig(1, REGISTER).putBig(2, key));
    compare(value);
  }

  /** {@code iifname "lo"}. */
  public Runnable fromLoopback() {
    return () -> meta(6, Arrays.copyOf("lo".getBytes(StandardCharsets.US_ASCII), 16));
  }

  /** {@code oif lo}. */
  public Runnable toLoopback() {
    return () -> meta(5, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(1).array());
  }

  /** {@code tcp}. */
  public Runnable tcp() {
    return () -> meta(16, new byte[] {6});
  }

  /** {@code th dport ...}. */
  public Runnable port(int port) {
    return () -> {
      expression("payload", () -> now().putBig(1, REGISTER).putBig(2, 2).putBig(3, 2).putBig(4, 2));
      compare(new byte[] {(byte) (port >>> 8), (byte) port});
    };
  }

  /** {@code limit rate ...}: nobody knows beforehand. */
  public Runnable limit() {
    return () ->
        expression(
            "limit",
            () ->
                now()
                    .put(1, ByteBuffer.allocate(8).putLong(1).array())
                    .put(2, ByteBuffer.allocate(8).putLong(1).array()));
  }

  /** {@code counter}. */
  public Runnable counter() {
    return () -> expression("counter", () -> {});
  }

  /** {@code drop}, {@code accept}, {@code jump} and so on. */
  public Runnable verdict(int code, @Nullable String chain) {
    return () ->
        expression(
            "immediate",
            () ->
                now()
                    .putBig(1, 0)
                    .nest(
                        2,
                        () ->
                            now()
                                .nest(
                                    2,
                                    () -> {
                                      NetlinkRequest request = now().putBig(1, code);
                                      if (chain != null) {
                                        NetlinkRequest _ = request.put(2, chain);
                                      }
                                    })));
  }

  /** {@code reject with tcp reset}. */
  public Runnable reset() {
    return () -> expression("reject", () -> now().putBig(1, 1).put(2, new byte[] {0}));
  }

  /** Makes them; skips the test where there is no nftables. */
  public void addTo(NetworkNamespace network) throws IOException {
    try {
      network.run(
          () -> {
            try (Nftables nftables = Nftables.open()) {
              nftables.change(requests);
            }
          });
    } catch (org.loopstack.linux.netlink.NetlinkException e) {
      abort("no nftables here: " + e.getMessage());
    }
  }

  /** What the kernel then tells. */
  public static Nftables.RuleSet read(NetworkNamespace network) throws IOException {
    return network.call(
        () -> {
          try (Nftables nftables = Nftables.open()) {
            return nftables.read();
          }
        });
  }
}
