// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Reads the text of a rule: what it does, then to which datagrams and when, in any order.
 *
 * <pre>
 *   VERB [MATCH | WHEN]... [named NAME]
 *
 *   VERB   drop | blackhole | link-down | partition A B | loss P [bursts N] | drop-syn
 *          latency T [jitter T] | latency T..T | latency normal T T | latency list T,T... | jitter T
 *            [ordered]
 *          duplicate [N] | reorder [by N] [within T]
 *          corrupt N bits | corrupt flip N,N... | corrupt at N hex HH... [datagram | payload] [mended]
 *          truncate N [mended]
 *          bandwidth RATE [burst SIZE] [queue SIZE] [tail-drop | head-drop | mark]
 *          refuse | reset | reset-after SIZE | answer ERROR | mtu N [silent]
 *          slow-accept N [every T]
 *   MATCH  see MatchParser
 *   WHEN   skip N | nth N | every N | times N | probability P | after T | for T | per-connection
 * </pre>
 */
final class FaultParser {
  private static final String VERBS =
      "drop, loss, blackhole, partition, link-down, drop-syn, latency, jitter, duplicate, reorder,"
          + " corrupt, truncate, bandwidth, refuse, reset, reset-after, answer, mtu, slow-accept";
  private static final String REST =
      MatchParser.WORDS
          + ", skip, nth, every, times, probability, bursts, after, for, per-connection, named";

  private final Words words;
  private Match match = Match.any();

  private FaultParser(String text) {
    words = new Words(text);
  }

  static Fault parse(String text) {
    FaultParser parser = new FaultParser(text);
    return parser.read();
  }

  /** A rule without its match and its when. */
  @FunctionalInterface
  private interface Verb {
    Fault on(FaultVerbs verbs);
  }

  @FunctionalInterface
  private interface Change {
    Fault of(Fault fault);
  }

  private Fault read() {
    if (words.isAtEnd()) {
      throw new IllegalArgumentException(
          "A rule begins with what it does, one of " + VERBS + ": \"\"");
    }
    Verb verb = verb();
    Change change = fault -> fault;
    while (!words.isAtEnd()) {
      Match more = MatchParser.read(words, match);
      if (more != null) {
        match = more;
        continue;
      }
      Change before = change;
      Change next = when();
      change = fault -> next.of(before.of(fault));
    }
    Change all = change;
    return words.checked(() -> all.of(verb.on(Fault.on(match))));
  }

  private Verb verb() {
    String word = words.look();
    Verb simple =
        switch (word) {
          case "drop" -> FaultVerbs::drop;
          case "blackhole" -> FaultVerbs::blackhole;
          case "linkdown" -> FaultVerbs::linkDown;
          case "dropsyn" -> FaultVerbs::dropSyn;
          case "refuse" -> FaultVerbs::refuse;
          case "reset" -> FaultVerbs::reset;
          default -> null;
        };
    if (simple != null) {
      words.take();
      return simple;
    }
    return switch (word) {
      case "loss" -> loss();
      case "partition" -> partition();
      case "latency", "delay", "jitter" -> latency();
      case "duplicate" -> duplicate();
      case "reorder" -> reorder();
      case "corrupt" -> corrupt();
      case "truncate" -> truncate();
      case "bandwidth" -> bandwidth();
      case "resetafter" -> resetAfter();
      case "answer" -> answer();
      case "mtu" -> mtu();
      case "slowaccept" -> slowAccept();
      default -> throw words.unknown("what a rule can do: " + VERBS);
    };
  }

  private Verb loss() {
    words.take();
    double p = words.take("a probability", Texts::parseProbability);
    return verbs -> verbs.loss(p);
  }

  private Verb partition() {
    words.take();
    if (!words.look().equals("between")) {
      String one = words.take("an address or prefix", word -> word);
      String other = words.take("another address or prefix", word -> word);
      match = words.checked(() -> match.between(one, other));
    }
    return verbs -> new Fault(match, Verdict.Drop.PARTITION);
  }

  private Duration time(String what) {
    return words.take(what, Texts::parseDuration);
  }

  private Verb latency() {
    boolean jitterAlone = words.look().equals("jitter");
    words.take();
    Delay delay;
    if (jitterAlone) {
      Duration most = time("a time");
      delay = words.checked(() -> Delay.uniform(Duration.ZERO, most));
    } else if (words.take("normal")) {
      Duration mean = time("the mean delay");
      Duration deviation = time("the deviation");
      delay = words.checked(() -> Delay.normal(mean, deviation));
    } else if (words.take("list")) {
      delay = words.take("a list of times", FaultParser::delays);
    } else if (words.look().contains("..")) {
      delay = words.take("a range of times", FaultParser::delayRange);
    } else {
      Duration latency = time("a time");
      Duration jitter = words.take("jitter") ? time("a time") : Duration.ZERO;
      delay = words.checked(() -> Delay.jittered(latency, jitter));
    }
    Delay made = words.take("ordered") ? delay.ordered() : delay;
    return verbs -> verbs.delay(made);
  }

  private static Delay delays(String word) {
    return Delay.list(
        Arrays.stream(word.split(",", -1)).map(Texts::parseDuration).toArray(Duration[]::new));
  }

  private static Delay delayRange(String word) {
    String[] ends = word.split("\\.\\.", 2);
    return Delay.uniform(Texts.parseDuration(ends[0]), Texts.parseDuration(ends[1]));
  }

  private Verb duplicate() {
    words.take();
    int copies = words.isNumberNext() ? words.takeInt("the number of copies") : 1;
    return verbs -> verbs.duplicate(copies);
  }

  private Verb reorder() {
    words.take();
    int by = words.take("by") ? words.takeInt("the number of datagrams that overtake") : 1;
    Duration within =
        words.take("within") ? time("a time") : Duration.ofNanos(Verdict.Reorder.USUAL);
    return verbs -> verbs.reorder(by, within);
  }

  private Verb corrupt() {
    words.take();
    Corruption made;
    if (words.take("flip")) {
      made = words.take("places of bits", FaultParser::bits);
    } else if (words.take("at")) {
      int offset = words.takeInt("the offset");
      if (!words.take("hex")) {
        throw new IllegalArgumentException(
            "The bytes to write follow as hex HH...: corrupt at " + offset + " hex 00ff");
      }
      byte[] bytes = words.take("bytes as hexadecimal digits", MatchParser::hex);
      made = words.checked(() -> Corruption.overwrite(offset, bytes));
    } else {
      int count = words.takeInt("a number of bits, flip or at");
      if (!words.take("bits")) {
        boolean _ = words.take("bit");
      }
      made = words.checked(() -> Corruption.randomBits(count));
    }
    if (words.take("datagram")) {
      made = made.inDatagram();
    } else if (words.look().equals("payload") && isRegion()) {
      words.take();
      made = made.inPayload();
    }
    Corruption all = words.take("mended") ? made.mended() : made;
    return verbs -> verbs.corrupt(all);
  }

  /** Whether "payload" says where to damage, and does not begin a match. */
  private boolean isRegion() {
    String behind = words.lookBehind();
    return !behind.startsWith("\"") && !behind.equals("hex") && !behind.equals("at");
  }

  private static Corruption bits(String word) {
    return Corruption.flip(
        Arrays.stream(word.split(",", -1))
            .mapToInt(each -> Math.toIntExact(Math.min(Words.number(each), Integer.MAX_VALUE)))
            .toArray());
  }

  private Verb truncate() {
    words.take();
    int length = words.takeInt("the length");
    boolean mended = words.take("mended");
    return verbs -> mended ? verbs.truncateMended(length) : verbs.truncate(length);
  }

  private Verb bandwidth() {
    words.take();
    long bits = words.take("a rate", Texts::parseRate);
    RateLimit limit = words.checked(() -> RateLimit.bitsPerSecond(bits));
    while (true) {
      RateLimit before = limit;
      switch (words.look()) {
        case "burst" -> limit = words.checked(() -> before.burst(size()));
        case "queue" -> limit = words.checked(() -> before.queue(size()));
        case "taildrop" -> limit = discipline(before, RateLimit.Discipline.TAIL_DROP);
        case "headdrop" -> limit = discipline(before, RateLimit.Discipline.HEAD_DROP);
        case "mark" -> limit = discipline(before, RateLimit.Discipline.MARK);
        default -> {
          return verbs -> verbs.limit(before);
        }
      }
    }
  }

  private RateLimit discipline(RateLimit limit, RateLimit.Discipline discipline) {
    words.take();
    return limit.discipline(discipline);
  }

  private long size() {
    words.take();
    return words.take("a number of bytes", Texts::parseBytes);
  }

  private Verb resetAfter() {
    long bytes = size();
    return verbs -> verbs.resetAfter(bytes);
  }

  private Verb answer() {
    words.take();
    if (words.take("v4") || words.take("icmp")) {
      int[] typeAndCode = words.take("type/code", FaultParser::typeAndCode);
      return verbs -> verbs.answerIcmp(typeAndCode[0], typeAndCode[1]);
    }
    if (words.take("v6") || words.take("icmpv6")) {
      int[] typeAndCode = words.take("type/code", FaultParser::typeAndCode);
      return verbs -> verbs.answerIcmpv6(typeAndCode[0], typeAndCode[1]);
    }
    if (words.take("packettoobig")) {
      int mtu = words.takeInt("the MTU");
      return verbs -> verbs.answerTooBig(mtu);
    }
    if (words.take("reset")) {
      return FaultVerbs::refuse;
    }
    IcmpError error = words.take("an error", FaultParser::error);
    return verbs -> verbs.answer(error);
  }

  private static int[] typeAndCode(String word) {
    if (!word.matches("[0-9]{1,3}/[0-9]{1,3}")) {
      throw new IllegalArgumentException("not a type and a code, as 3/1: \"" + word + '"');
    }
    return Arrays.stream(word.split("/", 2)).mapToInt(Integer::parseInt).toArray();
  }

  private static IcmpError error(String word) {
    for (IcmpError each : IcmpError.values()) {
      if (name(each).replace("-", "").equals(Words.plain(word))) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        '"'
            + word
            + "\" is no answer, they are "
            + Arrays.stream(IcmpError.values())
                .map(FaultParser::name)
                .collect(Collectors.joining(", "))
            + ", packet-too-big MTU, v4 TYPE/CODE, v6 TYPE/CODE, reset");
  }

  private static String name(IcmpError error) {
    return error.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private Verb mtu() {
    words.take();
    int mtu = words.takeInt("the MTU");
    boolean silent = words.take("silent");
    return verbs -> silent ? verbs.silentMtu(mtu) : verbs.mtu(mtu);
  }

  private Verb slowAccept() {
    words.take();
    int backlog = words.takeInt("the backlog");
    if (!words.take("every")) {
      return verbs -> verbs.slowAccept(backlog);
    }
    Duration each = time("a time");
    return verbs -> verbs.slowAccept(backlog, each);
  }

  private Change when() {
    String word = words.look();
    return switch (word) {
      case "skip", "nth", "every", "times" -> count(word);
      case "probability" -> {
        words.take();
        double p = words.take("a probability", Texts::parseProbability);
        yield fault -> fault.probability(p);
      }
      case "bursts" -> {
        words.take();
        double n = words.take("a number", FaultParser::decimal);
        yield fault -> fault.bursts(n);
      }
      case "after" -> {
        words.take();
        Duration d = time("a time");
        yield fault -> fault.after(d);
      }
      case "for", "during" -> {
        words.take();
        Duration d = time("a time");
        yield fault -> fault.during(d);
      }
      case "perconnection" -> {
        words.take();
        yield Fault::perConnection;
      }
      case "named" -> {
        words.take();
        String name = words.take("a name", given -> given);
        yield fault -> fault.named(name);
      }
      default -> throw words.unknown("what can follow: " + REST);
    };
  }

  private Change count(String word) {
    words.take();
    long n = words.takeNumber("a number");
    return switch (word) {
      case "skip" -> fault -> fault.skip(n);
      case "nth" -> fault -> fault.nth(n);
      case "every" -> fault -> fault.every(n);
      default -> fault -> fault.times(n);
    };
  }

  private static double decimal(String word) {
    if (!word.matches("[0-9]+(\\.[0-9]+)?")) {
      throw new IllegalArgumentException("not a number: \"" + word + '"');
    }
    return Double.parseDouble(word);
  }
}
