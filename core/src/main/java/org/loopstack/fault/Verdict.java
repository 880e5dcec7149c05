// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.wire.DropReason;

/** What a rule does, as a value; {@link #begin} makes the one that acts. */
sealed interface Verdict {
  /** The text of the rule up to its match. */
  String text();

  /** A rule's own action, at its beginning. */
  Action begin(FaultHandle rule, Line line);

  /** Whether it counts by itself, so that skip, every, times and probability are refused. */
  default boolean countsItself() {
    return false;
  }

  /** Whether it is about TCP alone. */
  default boolean needsTcp() {
    return false;
  }

  /** Throws datagrams away. */
  record Drop(String text, DropReason reason) implements Verdict {
    static final Drop DROP = new Drop("drop", DropReason.FAULT_RULE);
    static final Drop BLACKHOLE = new Drop("blackhole", DropReason.FAULT_RULE);
    static final Drop PARTITION = new Drop("partition", DropReason.FAULT_RULE);
    static final Drop LINK_DOWN = new Drop("link-down", DropReason.LINK_DOWN);

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return datagram -> {
        line.note(datagram, rule, "dropped");
        line.drop(datagram, reason);
        return Action.Outcome.TAKEN;
      };
    }
  }

  /** Holds datagrams for a while. */
  record Late(Delay delay) implements Verdict {
    @Override
    public String text() {
      return delay.toString();
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new LateAction(delay, rule, line);
    }
  }

  /** Lets them pass, and copies behind them. */
  record Duplicate(int copies) implements Verdict {
    @Override
    public String text() {
      return copies == 1 ? "duplicate" : "duplicate " + copies;
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return datagram -> {
        for (int i = 0; i < copies; i++) {
          Transit copy = datagram.copy();
          line.note(copy, rule, "duplicated");
          line.goOn(copy, rule.number());
        }
        return Action.Outcome.CHANGED;
      };
    }
  }

  /** Lets others overtake a datagram. */
  record Reorder(int overtakers, long atMost) implements Verdict {
    static final long USUAL = 100_000_000;

    @Override
    public String text() {
      return "reorder"
          + (overtakers == 1 ? "" : " by " + overtakers)
          + (atMost == USUAL ? "" : " within " + Texts.nanos(atMost));
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new ReorderAction(overtakers, atMost, rule, line);
    }
  }

  /** Changes bytes. */
  record Corrupt(Corruption corruption) implements Verdict {
    @Override
    public String text() {
      return "corrupt " + corruption;
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return datagram -> {
        byte @Nullable [] damaged = corruption.damage(datagram, rule.randomness());
        if (damaged == null) {
          return Action.Outcome.UNTOUCHED;
        }
        datagram.replace(damaged);
        line.note(datagram, rule, "corrupted");
        return Action.Outcome.CHANGED;
      };
    }
  }

  /** Cuts off the end. */
  record Truncate(int length, boolean mended) implements Verdict {
    @Override
    public String text() {
      return "truncate " + length + (mended ? " mended" : "");
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return datagram -> {
        int before = datagram.length();
        if (before <= length) {
          return Action.Outcome.UNTOUCHED;
        }
        datagram.replace(Truncation.cut(datagram, length, mended));
        line.note(datagram, rule, "truncated from " + before + " bytes");
        return Action.Outcome.CHANGED;
      };
    }
  }

  /** Lets them pass at a rate. */
  record Slow(RateLimit limit) implements Verdict {
    @Override
    public String text() {
      return limit.toString();
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new RateAction(limit, rule, line);
    }
  }

  /** Answers as a host where nobody listens. */
  record Refuse() implements Verdict {
    @Override
    public String text() {
      return "refuse";
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new AnswerAction(AnswerAction.Kind.REFUSE, null, rule, line);
    }
  }

  /** Resets the connection at both ends. */
  record Reset() implements Verdict {
    @Override
    public String text() {
      return "reset";
    }

    @Override
    public boolean needsTcp() {
      return true;
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new AnswerAction(AnswerAction.Kind.RESET, null, rule, line);
    }
  }

  /** Resets the connection at both ends once so many bytes have passed. */
  record ResetAfter(long bytes) implements Verdict {
    @Override
    public String text() {
      return "reset-after " + bytes;
    }

    @Override
    public boolean countsItself() {
      return true;
    }

    @Override
    public boolean needsTcp() {
      return true;
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new ResetAfterAction(bytes, rule, line);
    }
  }

  /** What an ICMP answer says, and how a rule's text puts it. */
  sealed interface IcmpText {
    boolean has(boolean ipv6);

    int type(boolean ipv6);

    int code(boolean ipv6);

    int rest(boolean ipv6);

    String text();

    /** One that both versions have. */
    record Named(IcmpError error) implements IcmpText {
      @Override
      public boolean has(boolean ipv6) {
        return true;
      }

      @Override
      public int type(boolean ipv6) {
        return error.type(ipv6);
      }

      @Override
      public int code(boolean ipv6) {
        return error.code(ipv6);
      }

      @Override
      public int rest(boolean ipv6) {
        return error.rest(ipv6);
      }

      @Override
      public String text() {
        return error.name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
    }

    /** A packet too big, whatever its size. */
    record TooBig(int mtu) implements IcmpText {
      @Override
      public boolean has(boolean ipv6) {
        return true;
      }

      @Override
      public int type(boolean ipv6) {
        return ipv6 ? 2 : 3;
      }

      @Override
      public int code(boolean ipv6) {
        return ipv6 ? 0 : 4;
      }

      @Override
      public int rest(boolean ipv6) {
        return mtu;
      }

      @Override
      public String text() {
        return "packet-too-big " + mtu;
      }
    }

    /** Any, of one version. */
    record Numbered(boolean ofIpv6, int typeNumber, int codeNumber) implements IcmpText {
      @Override
      public boolean has(boolean ipv6) {
        return ipv6 == ofIpv6;
      }

      @Override
      public int type(boolean ipv6) {
        return typeNumber;
      }

      @Override
      public int code(boolean ipv6) {
        return codeNumber;
      }

      @Override
      public int rest(boolean ipv6) {
        return 0;
      }

      @Override
      public String text() {
        return (ofIpv6 ? "v6 " : "v4 ") + typeNumber + "/" + codeNumber;
      }
    }
  }

  /** Answers with an ICMP error. */
  record Icmp(IcmpText error) implements Verdict {
    @Override
    public String text() {
      return "answer " + error.text();
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new AnswerAction(AnswerAction.Kind.ICMP, error, rule, line);
    }
  }

  /** A smaller MTU on the way. */
  record Mtu(int mtu, boolean silent) implements Verdict {
    @Override
    public String text() {
      return "mtu " + mtu + (silent ? " silent" : "");
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new MtuAction(mtu, silent, rule, line);
    }
  }

  /** A listener that does not accept fast enough. */
  record SlowAccept(int backlog, long each) implements Verdict {
    @Override
    public String text() {
      return "slow-accept " + backlog + (each == Clock.NEVER ? "" : " every " + Texts.nanos(each));
    }

    @Override
    public boolean countsItself() {
      return true;
    }

    @Override
    public boolean needsTcp() {
      return true;
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new SlowAcceptAction(backlog, each, rule, line);
    }
  }
}
