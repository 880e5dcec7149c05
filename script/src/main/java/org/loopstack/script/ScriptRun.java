// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * One run of one script: takes its events in order, lets time pass up to each, and has it done:
 * packets by {@link Conversation}, calls by {@link CallRunner}, commands by {@link Commands}.
 */
final class ScriptRun implements SystemCalls.Target, Commands.Target, AutoCloseable {
  private final Script script;
  private final Settings settings;
  private final long start;
  private final SystemCalls calls = new SystemCalls(this);
  private final Commands commands;
  private final CallRunner callRunner;
  private final Timeline time;
  private final Conversation conversation;
  private final TcpConfiguration.Builder configuration;
  private @Nullable ScriptHost host;
  private boolean lastInbound;

  /** What the script's code has assigned: as in packetdrill all its code is one program. */
  private final Map<String, Object> assigned = new HashMap<>();

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
    this.commands = new Commands(this, settings.directory);
    this.callRunner = new CallRunner(this, calls, settings);
    this.time = new Timeline(this::host, settings, start, callRunner::deadline, this::settle);
    this.conversation = new Conversation(this::host, settings, time);
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
    conversation.underTest(flow);
  }

  @Override
  public @Nullable Flow flow(TransportAddress local, TransportAddress remote) {
    return conversation.flow(local, remote);
  }

  @Override
  public List<TcpStatus> connections() {
    return host().statuses();
  }

  @Override
  public FileCalls files() {
    return calls.files();
  }

  @Override
  public void sleep(long nanos) {
    time.advanceTo(time.now() + nanos);
  }

  /** What crossed the wire. */
  List<String> trace() {
    return host == null ? List.of() : host.link.trace();
  }

  /** What the script's commands asked for in vain without depending on it. */
  List<String> notes() {
    return commands.notes();
  }

  /** The first initial sequence number that the stack chose, or null. */
  @Nullable Integer firstIsn() {
    return conversation.firstIsn();
  }

  @Override
  public void close() {
    if (host != null) {
      host.close();
    }
  }

  private void settle() {
    calls.settle(time.now());
    callRunner.retry(time);
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
    Position end = events.getLast().position();
    callRunner.finish(time);
    if (settings.strict && host != null) {
      conversation.expectNothing(end);
    }
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
    EventTime when = event.time();
    if (event instanceof Event.CommandEvent command && host == null) {
      // Before there is a stack only its settings can change; that takes no time.
      time.due(when.isRelative() ? time.lastDue() + when.from() : when.from());
      commands.run(command.command(), command.position());
      return;
    }
    boolean inbound = event instanceof Event.PacketEvent packet && packet.packet().isInbound();
    if (host == null) {
      // The commands before may have taken their time, too.
      host().clock.advanceTo(start + time.lastDue());
    }
    long base = lastInbound && inbound ? time.lastDue() : time.now();
    long from = when.isRelative() ? base + when.from() : when.from();
    long to = when.isRelative() ? base + when.to() : when.to();
    if (event instanceof Event.PacketEvent(var t, Position at, var x, PacketSpec spec)
        && !spec.isInbound()) {
      conversation.outbound(spec, when.kind(), from, to, at);
    } else {
      time.advanceTo(Math.max(from, time.now()));
      time.check(event.position(), "it happens", when.kind(), from, to, time.now());
      perform(event, base);
    }
    time.due(when.kind() == EventTime.Kind.ANY ? time.now() : from);
    lastInbound = inbound;
  }

  private void perform(Event event, long base) {
    switch (event) {
      case Event.PacketEvent p -> conversation.inbound(p.packet(), p.position());
      case Event.CallEvent c -> callRunner.call(c, base, time);
      case Event.CommandEvent c -> commands.run(c.command(), c.position());
      case Event.CodeEvent c -> code(c);
    }
    settle();
  }

  // ---- assertions ----

  private void code(Event.CodeEvent event) {
    Map<String, Object> variables = new HashMap<>(TcpInfoView.constants());
    Flow flow = conversation.current();
    if (flow != null) {
      variables.putAll(info(flow, event));
    }
    Map<String, Object> before = Map.copyOf(variables);
    variables.putAll(assigned);
    Snippet.run(event.code(), variables, event.position());
    variables.forEach(
        (name, value) -> {
          if (!value.equals(before.get(name))) {
            assigned.put(name, value);
          }
        });
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
