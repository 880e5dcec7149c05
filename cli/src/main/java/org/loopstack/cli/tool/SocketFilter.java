// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot.Socket;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * The filter of {@code ss}: {@code state} and {@code exclude} with a state's name, then an
 * expression of {@code sport}, {@code dport}, {@code src} and {@code dst} with {@code and}, {@code
 * or}, {@code not} and parentheses.
 */
public final class SocketFilter {
  /** The names of ss, and those of the column State. */
  private static final Map<String, String> STATES =
      Map.ofEntries(
          Map.entry("established", "ESTAB"),
          Map.entry("estab", "ESTAB"),
          Map.entry("syn-sent", "SYN-SENT"),
          Map.entry("syn-recv", "SYN-RECV"),
          Map.entry("fin-wait-1", "FIN-WAIT-1"),
          Map.entry("fin-wait-2", "FIN-WAIT-2"),
          Map.entry("time-wait", "TIME-WAIT"),
          Map.entry("closed", "UNCONN"),
          Map.entry("unconnected", "UNCONN"),
          Map.entry("unconn", "UNCONN"),
          Map.entry("close-wait", "CLOSE-WAIT"),
          Map.entry("last-ack", "LAST-ACK"),
          Map.entry("listening", "LISTEN"),
          Map.entry("listen", "LISTEN"),
          Map.entry("closing", "CLOSING"));

  private static final Set<String> ALL = Set.copyOf(STATES.values());

  private final Deque<String> words = new ArrayDeque<>();
  private final Set<String> states = new HashSet<>();
  private boolean statesGiven;
  private final Predicate<Socket> expression;

  /**
   * Reads a filter.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  public SocketFilter(List<String> line) {
    StringTokenizer all = new StringTokenizer(String.join(" ", line), " ()!", true);
    while (all.hasMoreTokens()) {
      add(all.nextToken());
    }
    states();
    expression = words.isEmpty() ? s -> true : or();
    if (!words.isEmpty()) {
      throw new IllegalArgumentException("\"" + words.peek() + "\" is not understood there");
    }
  }

  private void add(String word) {
    String last = words.peekLast();
    if (word.startsWith("=") && "!".equals(last)) {
      // Not a negation, but an operator that was cut in two.
      words.removeLast();
      words.add("!" + word);
    } else if (!word.isBlank()) {
      words.add(word);
    }
  }

  private void states() {
    while ("state".equals(words.peek()) || "exclude".equals(words.peek())) {
      boolean exclude = next().equals("exclude");
      Set<String> named = statesNamed(next());
      if (exclude) {
        if (!statesGiven) {
          states.addAll(ALL);
        }
        states.removeAll(named);
      } else {
        states.addAll(named);
      }
      statesGiven = true;
    }
  }

  private static Set<String> statesNamed(String name) {
    Set<String> set = new HashSet<>(ALL);
    switch (name.toLowerCase(Locale.ROOT)) {
      case "all" -> {}
      case "connected" -> set.removeAll(Set.of("LISTEN", "UNCONN"));
      case "synchronized" -> set.removeAll(Set.of("LISTEN", "UNCONN", "SYN-SENT"));
      case "bucket" -> set.retainAll(Set.of("SYN-RECV", "TIME-WAIT"));
      case "big" -> set.removeAll(Set.of("SYN-RECV", "TIME-WAIT"));
      default -> {
        String one = STATES.get(name.toLowerCase(Locale.ROOT));
        if (one == null) {
          throw new IllegalArgumentException("\"" + name + "\" is no state");
        }
        return Set.of(one);
      }
    }
    return set;
  }

  private String next() {
    String word = words.poll();
    if (word == null) {
      throw new IllegalArgumentException("the filter ends too early");
    }
    return word;
  }

  private boolean take(String... any) {
    String word = words.peek();
    if (word != null && List.of(any).contains(word)) {
      words.poll();
      return true;
    }
    return false;
  }

  private Predicate<Socket> or() {
    Predicate<Socket> left = and();
    while (take("or", "|", "||")) {
      left = left.or(and());
    }
    return left;
  }

  private Predicate<Socket> and() {
    Predicate<Socket> left = factor();
    while (!words.isEmpty() && !List.of("or", "|", "||", ")").contains(words.peek())) {
      boolean _ = take("and", "&", "&&");
      left = left.and(factor());
    }
    return left;
  }

  private Predicate<Socket> factor() {
    if (take("not", "!")) {
      return factor().negate();
    }
    if (take("(")) {
      Predicate<Socket> inner = or();
      if (!take(")")) {
        throw new IllegalArgumentException("a parenthesis is not closed");
      }
      return inner;
    }
    String word = next();
    return switch (word) {
      case "sport" -> port(Socket::localPort);
      case "dport" -> port(Socket::remotePort);
      case "src" -> host(Socket::localAddress, Socket::localPort);
      case "dst" -> host(Socket::remoteAddress, Socket::remotePort);
      default -> throw new IllegalArgumentException("\"" + word + "\" is not understood");
    };
  }

  private String operator() {
    String word = words.peek() == null ? "" : words.peek();
    return switch (word) {
      case "=", "==", "eq" -> same("=");
      case "!=", "ne", "neq" -> same("!=");
      case ">", "gt" -> same(">");
      case "<", "lt" -> same("<");
      case ">=", "ge", "geq" -> same(">=");
      case "<=", "le", "leq" -> same("<=");
      default -> "=";
    };
  }

  private String same(String meaning) {
    words.poll();
    return meaning;
  }

  /** Which port of a socket. */
  private interface Port {
    int of(Socket socket);
  }

  /** Which address of a socket. */
  private interface Address {
    @Nullable IpAddress of(Socket socket);
  }

  private Predicate<Socket> port(Port which) {
    String operator = operator();
    String word = next();
    int number = number(word.substring(word.lastIndexOf(':') + 1));
    IntPredicate compared =
        switch (operator) {
          case "!=" -> p -> p != number;
          case ">" -> p -> p > number;
          case "<" -> p -> p < number;
          case ">=" -> p -> p >= number;
          case "<=" -> p -> p <= number;
          default -> p -> p == number;
        };
    return s -> compared.test(which.of(s));
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= 65_535) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException("\"" + text + "\" is no port: 0 to 65535");
  }

  private Predicate<Socket> host(Address address, Port port) {
    String operator = operator();
    if (!operator.equals("=") && !operator.equals("!=")) {
      throw new IllegalArgumentException("addresses are equal or not, nothing else");
    }
    String word = next();
    String host = word;
    int wanted = -1;
    int colon = word.lastIndexOf(':');
    boolean ipv6 = word.indexOf(':') != colon;
    if (colon >= 0 && (!ipv6 || word.charAt(Math.max(0, colon - 1)) == ']')) {
      host = word.substring(0, colon);
      String number = word.substring(colon + 1);
      wanted = number.equals("*") ? -1 : number(number);
    }
    host = host.replace("[", "").replace("]", "");
    IpPrefix prefix = host.isEmpty() || host.equals("*") ? null : prefix(host);
    int portWanted = wanted;
    Predicate<Socket> equal =
        s -> {
          IpAddress a = address.of(s);
          return (prefix == null || (a != null && prefix.contains(a)))
              && (portWanted < 0 || port.of(s) == portWanted);
        };
    return operator.equals("=") ? equal : equal.negate();
  }

  private static IpPrefix prefix(String text) {
    try {
      if (text.contains("/")) {
        return IpPrefix.parse(text);
      }
      IpAddress address = IpAddress.parse(text);
      return IpPrefix.of(address, address.isIpv4() ? 32 : 128);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no address");
    }
  }

  /** Whether the line says which states, so that nothing else does. */
  public boolean namesStates() {
    return statesGiven;
  }

  /** Whether a socket is to be shown. */
  public boolean accepts(Socket socket) {
    return (!statesGiven || states.contains(socket.state())) && expression.test(socket);
  }
}
