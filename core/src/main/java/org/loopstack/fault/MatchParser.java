// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpPrefix;

/**
 * Reads what a rule's text says of datagrams.
 *
 * <pre>
 *   tcp | udp | icmp | icmpv6 | proto N | ip4 | ip6 | in | out
 *   [src | dst] host ADDRESS | [src | dst] net PREFIX | [src | dst] ADDRESS-OR-PREFIX
 *   [src | dst] port N | [src | dst] port N-N | between A B
 *   syn | syn-ack | flags LETTERS[!LETTERS] | data
 *   size N | size N..N | size N.. | size ..N
 *   payload [at N] "TEXT" | payload [at N] hex HH...
 * </pre>
 */
final class MatchParser {
  static final String WORDS =
      "tcp, udp, icmp, icmpv6, proto, ip4, ip6, in, out, src, dst, host, net, port, between, syn,"
          + " syn-ack, flags, data, size, payload";

  private MatchParser() {}

  /** The match with one thing more, or null if the next word says nothing of datagrams. */
  static @Nullable Match read(Words words, Match match) {
    Match simple = words.checked(() -> simple(words.look(), match));
    if (simple != null) {
      words.take();
      return simple;
    }
    return switch (words.look()) {
      case "proto" -> {
        words.take();
        int number = words.takeInt("the number of a protocol");
        yield words.checked(() -> match.protocol(number));
      }
      case "src" -> end(words, match, Condition.End.SOURCE);
      case "dst" -> end(words, match, Condition.End.DESTINATION);
      case "host", "net", "port" -> at(words, match, Condition.End.EITHER);
      case "between" -> {
        words.take();
        String one = words.take("an address or prefix", word -> word);
        String other = words.take("another address or prefix", word -> word);
        yield words.checked(() -> match.between(one, other));
      }
      case "flags" -> {
        words.take();
        yield words.take("TCP flags", match::flags);
      }
      case "size" -> {
        words.take();
        yield words.take("a size", word -> size(word, match));
      }
      case "payload" -> payload(words, match);
      default -> null;
    };
  }

  private static @Nullable Match simple(String word, Match match) {
    return switch (word) {
      case "tcp" -> match.protocol(6);
      case "udp" -> match.protocol(17);
      case "icmp" -> match.protocol(1);
      case "icmpv6" -> match.protocol(58);
      case "ip4", "ipv4" -> match.ipv4();
      case "ip6", "ipv6" -> match.ipv6();
      case "in" -> match.incoming();
      case "out" -> match.outgoing();
      case "syn" -> match.syn();
      case "synack" -> match.synAck();
      case "data" -> match.data();
      default -> null;
    };
  }

  private static Match end(Words words, Match match, Condition.End end) {
    words.take();
    return switch (words.look()) {
      case "host", "net", "port" -> at(words, match, end);
      default -> {
        IpPrefix prefix = words.take("an address, prefix or port", Texts::parsePrefix);
        yield match.address(end, prefix);
      }
    };
  }

  private static Match at(Words words, Match match, Condition.End end) {
    if (words.take("port")) {
      return words.take("a port", word -> ports(word, match, end));
    }
    words.take();
    return match.address(end, words.take("an address or prefix", Texts::parsePrefix));
  }

  private static Match ports(String word, Match match, Condition.End end) {
    int dash = word.indexOf('-');
    String first = dash < 0 ? word : word.substring(0, dash);
    String last = dash < 0 ? word : word.substring(dash + 1);
    return match.port(end, small(first), small(last));
  }

  private static Match size(String word, Match match) {
    int dots = word.indexOf("..");
    if (dots < 0) {
      return match.size(small(word), small(word));
    }
    String least = word.substring(0, dots);
    String most = word.substring(dots + 2);
    return match.size(
        least.isEmpty() ? 0 : small(least), most.isEmpty() ? Integer.MAX_VALUE : small(most));
  }

  private static int small(String word) {
    return (int) Math.min(Words.number(word), Integer.MAX_VALUE - 1);
  }

  private static Match payload(Words words, Match match) {
    words.take();
    int offset = words.take("at") ? words.takeInt("the offset") : Transit.NONE;
    byte[] bytes =
        words.take("hex")
            ? words.take("bytes as hexadecimal digits", MatchParser::hex)
            : words.take("a text in quotation marks", MatchParser::text);
    return words.checked(() -> offset < 0 ? match.payload(bytes) : match.payloadAt(offset, bytes));
  }

  private static byte[] text(String word) {
    String bare = word.startsWith("\"") ? word.substring(1) : word;
    return bare.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] hex(String word) {
    try {
      return HexFormat.of().parseHex(word);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "not bytes as hexadecimal digits, two for each: \"" + word + '"', e);
    }
  }
}
