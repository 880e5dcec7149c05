// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.transport.tcp.TcpStatus;
import org.loopstack.wire.TcpHeader;

/**
 * One run of one script: takes its events in order, lets time pass up to each, and compares. A call
 * that blocks is tried again after every step of time until it ends, so that no thread waits.
 */
final class ScriptRun implements SystemCalls.Target, Commands.Target, AutoCloseable {
  private static final long SECOND = 1_000_000_000L;

  /** How long to look for a packet that does not come, to say when it did. */
  private static final long PATIENCE = 600 * SECOND;

  private static final int FIRST_REMOTE_PORT = 40_000;

  /** A call that has not ended. */
  private record Pending(Event.CallEvent event, PreparedCall call, long expectedEnd) {}

  private final Script script;
  private final Settings settings;
  private final long start;
  private final PacketBuilder builder;
  private final PacketMatcher matcher;
  private final SystemCalls calls = new SystemCalls(this);
  private final Commands commands = new Commands(this);
  private final List<Flow> flows = new ArrayList<>();
  private final TcpConfiguration.Builder configuration;
  private @Nullable ScriptHost host;
  private @Nullable Flow current;
  private @Nullable Pending pending;
  private @Nullable Integer firstIsn;
  private int nextRemotePort = FIRST_REMOTE_PORT;

  /** When the event before was due, since the start. */
  private long lastTime;

  private boolean lastInbound;

  /**
   * A run.
   *
   * @param start how far the clock has run when the script begins, nanoseconds
   */
  ScriptRun(Script script, Settings settings, TcpConfiguration profile, long start) {
    this.script = script;
    this.settings = settings;
    this.start = start;
    this.configuration = profile.toBuilder();
    this.builder = new PacketBuilder(settings);
    this.matcher = new PacketMatcher(settings);
  }

  // ---- what the others need ----

  @Override
  public ScriptHost host() {
    ScriptHost h = host;
    if (h == null) {
      h = new ScriptHost(settings, configuration.build(), start);
      host = h;
    }
    return h;
  }

  @Override
  public Settings settings() {
    return settings;
  }

  @Override
  public @Nullable Sysctls sysctls() {
    return host == null ? new Sysctls(configuration) : null;
  }

  @Override
  public void underTest(Flow flow) {
    current = flow;
    flows.add(flow);
  }

  @Override
  public @Nullable Flow flow(TransportAddress local, TransportAddress remote) {
    for (Flow each : flows) {
      if (each.local().equals(local) && each.remote().equals(remote)) {
        return each;
      }
    }
    return null;
  }

  @Override
  public List<TcpStatus> connections() {
    return host().statuses();
  }

  @Override
  public void sleep(long nanos) {
    advanceTo(now() + nanos);
  }

  /** What crossed the wire. */
  List<String> trace() {
    return host == null ? List.of() : host.link.trace();
  }

  /** The first initial sequence number that the stack chose, or null. */
  @Nullable Integer firstIsn() {
    return firstIsn;
  }

  @Override
  public void close() {
    if (host != null) {
      host.close();
    }
  }

  // ---- time ----

  /** Since the script began. */
  private long now() {
    return host().clock.nanos() - start;
  }

  /** Lets time pass, timer by timer, so that a call that ends does so at its own time. */
  private void advanceTo(long time) {
    ScriptHost h = host();
    while (step(start + time)) {
      tryPending();
    }
    h.clock.advanceTo(start + time);
    tryPending();
  }

  /** Runs what comes next, up to a time of the clock; false if nothing does. */
  private boolean step(long limit) {
    ScriptHost h = host();
    long next = h.clock.nextDeadline();
    Pending p = pending;
    if (p != null) {
      next = Math.min(next, p.call.deadline());
    }
    if (next == Clock.NEVER || next > limit) {
      return false;
    }
    h.clock.advanceTo(Math.max(next, h.clock.nanos()));
    return true;
  }

  private long tolerance(long expected) {
    double share = settings.tolerancePercent / 100 * Math.max(0, expected - lastTime);
    return Math.max(settings.tolerance, (long) share);
  }

  private void checkTime(
      Position position, String what, EventTime.Kind kind, long from, long to, long actual) {
    if (kind == EventTime.Kind.ANY) {
      return;
    }
    long tolerance = tolerance(from);
    if (actual < from - tolerance || actual > to + tolerance) {
      String expected = from == to ? seconds(from) : seconds(from) + "~" + seconds(to);
      throw ScriptException.failed(
          position,
          what
              + " at "
              + seconds(actual)
              + " s, expected at "
              + expected
              + " s, tolerance "
              + seconds(tolerance)
              + " s");
    }
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
  }

  // ---- events ----

  /** Runs the script. */
  void run() {
    List<Event> events = script.events();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      if (host != null && event instanceof Event.CommandEvent && onlyCommandsFrom(events, i)) {
        // What a script restores at its end nobody will see.
        break;
      }
      one(event);
    }
    finish();
  }

  private static boolean onlyCommandsFrom(List<Event> events, int from) {
    for (Event each : events.subList(from, events.size())) {
      if (!(each instanceof Event.CommandEvent(var t, var p, var x, String c))
          || !c.contains("sysctl")) {
        return false;
      }
    }
    return true;
  }

  private void one(Event event) {
    EventTime time = event.time();
    if (event instanceof Event.CommandEvent command && host == null) {
      // Before there is a stack only its settings can change; that takes no time.
      lastTime = time.isRelative() ? lastTime + time.from() : time.from();
      commands.run(command.command(), command.position());
      return;
    }
    boolean inbound = event instanceof Event.PacketEvent packet && packet.packet().isInbound();
    if (host == null) {
      // The commands before may have taken their time, too.
      long begun = lastTime;
      host().clock.advanceTo(start + begun);
    }
    long base = lastInbound && inbound ? lastTime : now();
    long from = time.isRelative() ? base + time.from() : time.from();
    long to = time.isRelative() ? base + time.to() : time.to();
    if (event instanceof Event.PacketEvent(var t, Position at, var x, PacketSpec spec)
        && !spec.isInbound()) {
      outbound(spec, time.kind(), from, to, at);
    } else {
      advanceTo(Math.max(from, now()));
      checkTime(event.position(), "it happens", time.kind(), from, to, now());
      perform(event, base);
    }
    lastTime = time.kind() == EventTime.Kind.ANY ? now() : from;
    lastInbound = inbound;
  }

  private void perform(Event event, long base) {
    switch (event) {
      case Event.PacketEvent p -> inbound(p.packet(), p.position());
      case Event.CallEvent c -> call(c, base);
      case Event.CommandEvent c -> commands.run(c.command(), c.position());
      case Event.CodeEvent c -> code(c);
    }
    tryPending();
  }

  private void finish() {
    Pending p = pending;
    if (p != null) {
      advanceTo(Math.max(now(), p.expectedEnd + settings.tolerance));
      if (pending != null) {
        throw ScriptException.failed(p.event.position(), "the call has not ended");
      }
    }
    if (settings.strict && host != null) {
      ScriptedLink.Sent left = host.link.sent().peek();
      if (left != null) {
        Observed observed = new Observed(left);
        Flow flow = current;
        throw ScriptException.failed(
            script.events().getLast().position(),
            "the script has ended, and nobody expects at "
                + seconds(left.time() - start)
                + " s: "
                + (flow == null ? "a packet" : observed.text(flow)));
      }
    }
  }

  // ---- system calls ----

  private void call(Event.CallEvent event, long base) {
    waitForPending();
    PreparedCall call = calls.prepare(event.call(), event.position());
    Outcome outcome = call.tryIt();
    Long end = event.end();
    if (outcome == null && !call.blocking()) {
      outcome = call.otherwise();
    }
    if (outcome == null && end == null) {
      throw ScriptException.failed(
          event.position(), "the call blocks, and the script gives it no end: TIME...TIME");
    }
    long expectedEnd = end == null ? now() : event.time().isRelative() ? base + end : end;
    if (outcome == null) {
      pending = new Pending(event, call, expectedEnd);
    } else {
      ended(event, outcome, expectedEnd);
    }
  }

  /** One call at a time: the next waits for the one before. */
  private void waitForPending() {
    Pending p = pending;
    if (p == null) {
      return;
    }
    advanceTo(Math.max(now(), p.expectedEnd + settings.tolerance));
    if (pending != null) {
      throw ScriptException.failed(p.event.position(), "the call has not ended");
    }
  }

  private void tryPending() {
    Pending p = pending;
    if (p == null) {
      return;
    }
    Outcome outcome = p.call.tryIt();
    if (outcome == null && host().clock.nanos() >= p.call.deadline()) {
      outcome = p.call.otherwise();
    }
    if (outcome != null) {
      pending = null;
      ended(p.event, outcome, p.expectedEnd);
    }
  }

  private void ended(Event.CallEvent event, Outcome outcome, long expectedEnd) {
    CallSpec call = event.call();
    Position at = event.position();
    boolean matches =
        call.result() instanceof Expression.Anything
            || Symbols.number(call.result(), at) == outcome.result();
    boolean sameError =
        call.errno() == null
            ? matches
            : outcome.errno() != null
                && Symbols.value(call.errno()) == Symbols.value(outcome.errno());
    if (!matches || !sameError) {
      String expected = call.errno() == null ? "" : " " + call.errno();
      throw ScriptException.failed(
          at, call.name() + " returns " + outcome + ", expected " + result(call, at) + expected);
    }
    if (outcome.difference() != null) {
      throw ScriptException.failed(at, call.name() + ": " + outcome.difference());
    }
    checkTime(
        at, call.name() + " returns", EventTime.Kind.ABSOLUTE, expectedEnd, expectedEnd, now());
  }

  private static String result(CallSpec call, Position at) {
    return call.result() instanceof Expression.Anything
        ? "anything"
        : String.valueOf(Symbols.number(call.result(), at));
  }

  // ---- packets ----

  private Flow flowFor(PacketSpec spec, Position at) {
    Flow flow = current;
    if (spec.isInbound()
        && spec instanceof PacketSpec.TcpPacket tcp
        && (flow == null || flow.origin == Flow.Origin.LISTENING)) {
      return passive(tcp, flow);
    }
    if (flow == null && spec instanceof PacketSpec.UdpPacket) {
      flow =
          new Flow(
              true,
              Flow.Origin.PASSIVE,
              new TransportAddress(settings.localIp, settings.bindPort),
              new TransportAddress(settings.remoteIp, nextRemotePort++));
      underTest(flow);
    }
    if (flow == null) {
      throw ScriptException.failed(at, "there is no socket yet that this packet could belong to");
    }
    return flow;
  }

  private Flow passive(PacketSpec.TcpPacket tcp, @Nullable Flow listening) {
    int port = listening == null ? settings.bindPort : listening.localPort;
    Flow flow =
        new Flow(
            false,
            Flow.Origin.PASSIVE,
            new TransportAddress(settings.localIp, port),
            new TransportAddress(settings.remoteIp, nextRemotePort++));
    flow.scriptRemoteIsn = (int) tcp.sequence();
    flow.liveRemoteIsn = (int) (tcp.sequence() + settings.remoteIsn);
    flow.remoteIsnKnown = true;
    underTest(flow);
    return flow;
  }

  private void inbound(PacketSpec spec, Position at) {
    Flow flow = flowFor(spec, at);
    ScriptHost h = host();
    switch (spec) {
      case PacketSpec.TcpPacket p -> {
        boolean syn = (p.flags() & TcpHeader.SYN) != 0;
        if (!flow.remoteIsnKnown) {
          flow.remoteIsnKnown = true;
          flow.scriptRemoteIsn = syn ? (int) p.sequence() : 0;
          flow.liveRemoteIsn = (int) (flow.scriptRemoteIsn + settings.remoteIsn);
        } else if (syn && (p.flags() & TcpHeader.ACK) == 0) {
          flow.reopened = (int) p.sequence() != flow.scriptRemoteIsn;
        }
        h.link.arrive(builder.tcp(p, flow, at));
      }
      case PacketSpec.UdpPacket p -> h.link.arrive(builder.udp(p, flow));
      case PacketSpec.IcmpPacket p -> h.link.arrive(builder.icmp(p, flow, at));
    }
    h.clock.runDue();
  }

  private void outbound(PacketSpec spec, EventTime.Kind kind, long from, long to, Position at) {
    Flow flow = flowFor(spec, at);
    Observed actual = next(flow, spec, kind, to, at);
    if (spec instanceof PacketSpec.TcpPacket expected
        && flow.learn(expected, actual)
        && firstIsn == null) {
      firstIsn = actual.sequence();
    }
    int wanted = spec instanceof PacketSpec.TcpPacket p ? p.length() : 0;
    while (!settings.strictSegments && actual.isTcp() && actual.payload().length < wanted) {
      Observed more = peek(flow);
      if (more == null || !actual.join(more)) {
        break;
      }
      host().link.sent().poll();
    }
    String difference = matcher.difference(spec, actual, flow, at);
    if (difference != null) {
      throw ScriptException.failed(
          at,
          difference
              + "\n  actual at "
              + seconds(actual.time - start)
              + " s: > "
              + actual.text(flow));
    }
    checkTime(at, "it was sent", kind, from, to, actual.time - start);
  }

  /** The next packet of the flow, for which time passes. */
  private Observed next(Flow flow, PacketSpec spec, EventTime.Kind kind, long to, Position at) {
    long limit = kind == EventTime.Kind.ANY ? now() + PATIENCE : Math.max(to, now()) + PATIENCE;
    while (true) {
      Observed next = peek(flow);
      if (next != null) {
        host().link.sent().poll();
        return next;
      }
      if (!step(start + limit)) {
        throw ScriptException.failed(
            at, "nothing was sent, expected " + (spec.isInbound() ? "<" : ">") + " this packet");
      }
      tryPending();
    }
  }

  /** The oldest packet of the flow that nobody has looked at; those of others are passed over. */
  private @Nullable Observed peek(Flow flow) {
    ScriptHost h = host();
    for (ScriptedLink.Sent sent; (sent = h.link.sent().peek()) != null; ) {
      Observed observed = new Observed(sent);
      if (flow.sends(observed)) {
        return observed;
      }
      if (settings.strict) {
        throw ScriptException.failed(
            script.events().getFirst().position(),
            "a packet of another conversation was sent at "
                + seconds(sent.time() - start)
                + " s: "
                + observed.text(flow));
      }
      h.link.sent().poll();
    }
    return null;
  }

  // ---- assertions ----

  private void code(Event.CodeEvent event) {
    Map<String, Object> variables = new HashMap<>(TcpInfoView.constants());
    Flow flow = current;
    if (flow != null) {
      variables.putAll(info(flow, event));
    }
    Snippet.run(event.code(), variables, event.position());
  }

  private Map<String, Object> info(Flow flow, Event.CodeEvent event) {
    Map<String, Object> variables = new HashMap<>();
    TcpStatus status = host().status(flow.local(), flow.remote());
    if (status != null) {
      variables.putAll(TcpInfoView.of(status));
    } else {
      variables.put("tcpi_state", 7L);
    }
    Object record = calls.info(flow, event.position());
    if (record != null) {
      variables.putAll(TcpInfoView.of(record));
    }
    return variables;
  }
}
