// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.TcpHeader;

/**
 * The packets of a script: brings those that it sends to the stack, and awaits those it expects.
 */
final class Conversation {
  /** How long to look for a packet that does not come, to say when it did. */
  private static final long PATIENCE = 600_000_000_000L;

  private static final int FIRST_REMOTE_PORT = 40_000;

  private final Supplier<ScriptHost> host;
  private final Settings settings;
  private final Timeline time;
  private final PacketBuilder builder;
  private final PacketMatcher matcher;
  private final List<Flow> flows = new ArrayList<>();
  private @Nullable Flow current;
  private @Nullable Integer firstIsn;
  private int nextRemotePort = FIRST_REMOTE_PORT;

  Conversation(Supplier<ScriptHost> host, Settings settings, Timeline time) {
    this.host = host;
    this.settings = settings;
    this.time = time;
    this.builder = new PacketBuilder(settings);
    this.matcher = new PacketMatcher(settings);
  }

  /** The first initial sequence number that the stack chose, or null. */
  @Nullable Integer firstIsn() {
    return firstIsn;
  }

  /** What the script's packets belong to, or null before there is anything. */
  @Nullable Flow current() {
    return current;
  }

  void underTest(Flow flow) {
    current = flow;
    flows.add(flow);
  }

  @Nullable Flow flow(TransportAddress local, TransportAddress remote) {
    for (Flow each : flows) {
      if (each.local().equals(local) && each.remote().equals(remote)) {
        return each;
      }
    }
    return null;
  }

  // ---- which flow ----

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

  // ---- to the stack ----

  void inbound(PacketSpec spec, Position at) {
    Flow flow = flowFor(spec, at);
    ScriptHost h = host.get();
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

  // ---- from the stack ----

  void outbound(PacketSpec spec, EventTime.Kind kind, long from, long to, Position at) {
    Flow flow = flowFor(spec, at);
    Observed actual = next(flow, spec, kind, to, at);
    if (spec instanceof PacketSpec.TcpPacket expected
        && flow.learn(expected, actual)
        && firstIsn == null) {
      firstIsn = actual.sequence();
    }
    int wanted = spec instanceof PacketSpec.TcpPacket p ? p.length() : 0;
    while (!settings.strictSegments && actual.isTcp() && actual.payload().length < wanted) {
      Observed more = peek(flow, at);
      if (more == null || !actual.join(more)) {
        break;
      }
      host.get().link.sent().poll();
    }
    Observed following = settings.strictSegments ? null : peek(flow, at);
    if (following != null && actual.isFollowedBy(following)) {
      actual.inBurst();
    }
    String difference = matcher.difference(spec, actual, flow, at);
    if (difference != null) {
      throw ScriptException.failed(
          at,
          difference
              + "\n  actual at "
              + Timeline.seconds(time.sinceStart(actual.time))
              + " s: > "
              + actual.text(flow));
    }
    time.check(at, "it was sent", kind, from, to, time.sinceStart(actual.time));
  }

  /** The next packet of the flow, for which time passes. */
  private Observed next(Flow flow, PacketSpec spec, EventTime.Kind kind, long to, Position at) {
    long limit = PATIENCE + (kind == EventTime.Kind.ANY ? time.now() : Math.max(to, time.now()));
    while (true) {
      Observed next = peek(flow, at);
      if (next != null) {
        host.get().link.sent().poll();
        return next;
      }
      if (!time.stepAndSettle(limit)) {
        throw ScriptException.failed(
            at, "nothing was sent, expected " + (spec.isInbound() ? "<" : ">") + " this packet");
      }
    }
  }

  /** The oldest packet of the flow that nobody has looked at; those of others are passed over. */
  private @Nullable Observed peek(Flow flow, Position at) {
    ScriptHost h = host.get();
    for (ScriptedLink.Sent sent; (sent = h.link.sent().peek()) != null; ) {
      Observed observed = new Observed(sent);
      if (flow.sends(observed)) {
        return observed;
      }
      if (settings.strict) {
        throw ScriptException.failed(
            at,
            "a packet of another conversation was sent at "
                + Timeline.seconds(time.sinceStart(sent.time()))
                + " s: "
                + observed.text(flow));
      }
      h.link.sent().poll();
    }
    return null;
  }

  /** Fails if the stack has sent a packet that nobody has looked at. */
  void expectNothing(Position at) {
    ScriptedLink.Sent left = host.get().link.sent().peek();
    if (left != null) {
      Flow flow = current;
      throw ScriptException.failed(
          at,
          "the script has ended, and nobody expects at "
              + Timeline.seconds(time.sinceStart(left.time()))
              + " s: "
              + (flow == null ? "a packet" : new Observed(left).text(flow)));
    }
  }
}
