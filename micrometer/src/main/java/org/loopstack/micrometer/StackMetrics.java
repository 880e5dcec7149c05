// SPDX-License-Identifier: Apache-2.0
package org.loopstack.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.StackSnapshot;
import org.loopstack.wire.DropReason;

/**
 * Binds what a {@link Stack} counts and holds to a registry.
 *
 * <pre>{@code
 * new StackMetrics(stack).bindTo(registry);
 * }</pre>
 *
 * <p>All meters have the tag {@code stack} with the stack's name. There are
 *
 * <ul>
 *   <li>{@code loopstack.tcp.connections}, a gauge, by {@code state}; {@code
 *       loopstack.tcp.connections.opened} by {@code side} (active, passive), {@code .failed},
 *       {@code .reset}; {@code loopstack.tcp.segments} by {@code direction} and {@code
 *       loopstack.tcp.segments.retransmitted}; {@code loopstack.tcp.resets}, {@code
 *       loopstack.tcp.timeouts}, {@code loopstack.tcp.listen.overflows}; {@code
 *       loopstack.tcp.memory}, a gauge in bytes
 *   <li>{@code loopstack.udp.sockets}, a gauge; {@code loopstack.udp.datagrams} by {@code
 *       direction}
 *   <li>{@code loopstack.ip.datagrams} by {@code version} and {@code direction}
 *   <li>{@code loopstack.dropped} by {@code reason}: the name of the {@link DropReason} in small
 *       letters; also those that have not occurred yet
 *   <li>{@code loopstack.interface.bytes} and {@code loopstack.interface.packets} by {@code
 *       interface} and {@code direction}, {@code loopstack.interface.dropped} by {@code interface};
 *       for the interfaces that there are when the meters are bound
 * </ul>
 *
 * <p>Reading the meters takes a {@linkplain Stack#snapshot snapshot} at most every 100
 * milliseconds, however many meters are read; the packets do not notice. A registry refers to its
 * meters' stack weakly: a stack that nobody has any more can be collected. Safe for use by many
 * threads.
 */
public final class StackMetrics implements MeterBinder {
  private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(100);

  private static final List<String> TCP_STATES =
      List.of(
          "LISTEN",
          "SYN-SENT",
          "SYN-RECV",
          "ESTAB",
          "FIN-WAIT-1",
          "FIN-WAIT-2",
          "CLOSE-WAIT",
          "CLOSING",
          "LAST-ACK",
          "TIME-WAIT");

  private final Stack stack;
  private final Tags tags;

  private final Recent recent = new Recent();

  /** Binds a stack with no tags but its own. */
  public StackMetrics(Stack stack) {
    this(stack, List.of());
  }

  /** Binds a stack, with further tags for all its meters. */
  public StackMetrics(Stack stack, Iterable<Tag> tags) {
    this.stack = stack;
    this.tags = Tags.of(tags).and("stack", stack.name());
  }

  /** The last snapshot, for a while. Does not refer to the stack. */
  private static final class Recent {
    private @Nullable StackSnapshot last;
    private long taken;

    synchronized StackSnapshot of(Stack stack) {
      long now = System.nanoTime();
      StackSnapshot known = last;
      if (known == null || now - taken >= FRESH) {
        known = stack.snapshot();
        last = known;
        taken = now;
      }
      return known;
    }
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    bindTcp(registry);
    bindUdp(registry);
    bindIp(registry);
    for (StackSnapshot.Interface each : recent.of(stack).interfaces()) {
      bindInterface(registry, each.name());
    }
  }

  private void bindTcp(MeterRegistry registry) {
    for (String state : TCP_STATES) {
      gauge(
          registry,
          "loopstack.tcp.connections",
          "connections",
          "TCP connections and listeners",
          s -> count(s, "tcp", state),
          "state",
          state);
    }
    nstat(registry, "TcpActiveOpens", "tcp.connections.opened", "SYNs sent", "side", "active");
    nstat(
        registry, "TcpPassiveOpens", "tcp.connections.opened", "SYNs answered", "side", "passive");
    nstat(registry, "TcpAttemptFails", "tcp.connections.failed", "Attempts that failed");
    nstat(registry, "TcpEstabResets", "tcp.connections.reset", "Open connections that were reset");
    nstat(registry, "TcpInSegs", "tcp.segments", "TCP segments", "direction", "in");
    nstat(registry, "TcpOutSegs", "tcp.segments", "TCP segments", "direction", "out");
    nstat(registry, "TcpRetransSegs", "tcp.segments.retransmitted", "Segments sent again");
    nstat(registry, "TcpOutRsts", "tcp.resets", "Resets sent");
    nstat(registry, "TcpExtTCPTimeouts", "tcp.timeouts", "Retransmission timeouts");
    nstat(
        registry,
        "TcpExtListenOverflows",
        "tcp.listen.overflows",
        "Connections dropped for a full queue");
    gauge(
        registry,
        "loopstack.tcp.memory",
        "bytes",
        "What all connections hold together",
        s -> s.tcpMemory().held());
  }

  private void bindUdp(MeterRegistry registry) {
    gauge(registry, "loopstack.udp.sockets", "sockets", "UDP sockets", s -> count(s, "udp", null));
    for (String version : new String[] {"", "6"}) {
      String tag = version.isEmpty() ? "4" : "6";
      nstat(
          registry,
          "Udp" + version + "InDatagrams",
          "udp.datagrams",
          "UDP datagrams read and sent",
          "direction",
          "in",
          "version",
          tag);
      nstat(
          registry,
          "Udp" + version + "OutDatagrams",
          "udp.datagrams",
          "UDP datagrams read and sent",
          "direction",
          "out",
          "version",
          tag);
    }
  }

  private void bindIp(MeterRegistry registry) {
    for (String version : new String[] {"", "6"}) {
      String tag = version.isEmpty() ? "4" : "6";
      nstat(
          registry,
          "Ip" + version + "InReceives",
          "ip.datagrams",
          "IP datagrams",
          "direction",
          "in",
          "version",
          tag);
      nstat(
          registry,
          "Ip" + version + "OutRequests",
          "ip.datagrams",
          "IP datagrams",
          "direction",
          "out",
          "version",
          tag);
    }
    for (DropReason reason : DropReason.values()) {
      counter(
          registry,
          "loopstack.dropped",
          "datagrams",
          "Datagrams thrown away",
          s -> s.drops().getOrDefault(reason, 0L),
          "reason",
          reason.name().toLowerCase(Locale.ROOT));
    }
  }

  private void bindInterface(MeterRegistry registry, String name) {
    interfaceCounter(registry, name, "bytes", "in", StackSnapshot.Counters::receivedBytes);
    interfaceCounter(registry, name, "bytes", "out", StackSnapshot.Counters::transmittedBytes);
    interfaceCounter(registry, name, "packets", "in", StackSnapshot.Counters::receivedPackets);
    interfaceCounter(registry, name, "packets", "out", StackSnapshot.Counters::transmittedPackets);
    counter(
        registry,
        "loopstack.interface.dropped",
        "packets",
        "Datagrams thrown away behind the link",
        s -> ofInterface(s, name, StackSnapshot.Counters::dropped),
        "interface",
        name);
  }

  private void interfaceCounter(
      MeterRegistry registry,
      String name,
      String unit,
      String direction,
      ToDoubleFunction<StackSnapshot.Counters> value) {
    counter(
        registry,
        "loopstack.interface." + unit,
        unit,
        "What the interface has carried",
        s -> ofInterface(s, name, value),
        "interface",
        name,
        "direction",
        direction);
  }

  private static double ofInterface(
      StackSnapshot snapshot, String name, ToDoubleFunction<StackSnapshot.Counters> value) {
    for (StackSnapshot.Interface each : snapshot.interfaces()) {
      if (each.name().equals(name)) {
        return value.applyAsDouble(each.counters());
      }
    }
    return Double.NaN;
  }

  private static double count(StackSnapshot snapshot, String protocol, @Nullable String state) {
    return snapshot.sockets().stream()
        .filter(s -> s.protocol().equals(protocol))
        .filter(s -> state == null || s.state().equals(state))
        .count();
  }

  private void nstat(
      MeterRegistry registry, String nstat, String name, String description, String... more) {
    counter(
        registry, "loopstack." + name, null, description, s -> valueOf(s.counters(), nstat), more);
  }

  private static double valueOf(Map<String, Long> counters, String nstat) {
    Long value = counters.get(nstat);
    return value == null ? Double.NaN : value;
  }

  private void counter(
      MeterRegistry registry,
      String name,
      @Nullable String unit,
      String description,
      ToDoubleFunction<StackSnapshot> value,
      String... more) {
    Recent shared = recent;
    FunctionCounter.builder(name, stack, s -> value.applyAsDouble(shared.of(s)))
        .baseUnit(unit)
        .description(description)
        .tags(tags.and(more))
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String unit,
      String description,
      ToDoubleFunction<StackSnapshot> value,
      String... more) {
    Recent shared = recent;
    Gauge.builder(name, stack, s -> value.applyAsDouble(shared.of(s)))
        .baseUnit(unit)
        .description(description)
        .tags(tags.and(more))
        .register(registry);
  }
}
