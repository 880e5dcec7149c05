// SPDX-License-Identifier: Apache-2.0
package org.loopstack.architecture;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the packages of the library may use. Packages are layers and arrows point downhill only;
 * what the machine gives (time, threads, locks, randomness) comes in through the engine.
 */
final class Rules {
  private static final String ROOT = "org.loopstack";

  /** For each layer, all that it may name, itself left out. Whatever is not here is forbidden. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("engine", Set.of()),
          Map.entry("event", Set.of()),
          Map.entry("buffer", Set.of()),
          Map.entry("wire", Set.of("buffer", "engine")),
          Map.entry("link", Set.of("wire", "buffer", "engine")),
          Map.entry("internet", Set.of("link", "wire", "buffer", "engine", "event")),
          Map.entry("transport.info", Set.of()),
          Map.entry("transport", Set.of("transport.info", "internet", "wire", "buffer", "engine")),
          Map.entry(
              "transport.tcp",
              Set.of(
                  "transport", "transport.info", "internet", "wire", "buffer", "engine", "event")),
          Map.entry(
              "transport.udp",
              Set.of("transport", "transport.info", "internet", "wire", "buffer", "engine")),
          Map.entry(
              "transport.raw",
              Set.of("transport", "transport.info", "internet", "wire", "buffer", "engine")),
          Map.entry("socket", Set.of("transport", "internet", "link", "wire", "buffer", "engine")));

  /**
   * Users of the public types only: the roof's packages, which see what a user sees. They are named
   * here so that nothing below may use them.
   */
  private static final Set<String> BESIDE = Set.of("fault", "capture", "capture.filter");

  private static final Set<String> FOR_USERS =
      Set.of("", "link", "buffer", "wire", "engine", "event", "capture.filter");

  /** What only the engine takes from the machine, by class. */
  private static final Set<String> MACHINE_CLASSES =
      Set.of(
          "java.lang.Thread",
          "java.lang.Thread$Builder",
          "java.lang.ThreadLocal",
          "java.lang.InheritableThreadLocal",
          "java.lang.ScopedValue",
          "java.lang.Runtime",
          "java.security.SecureRandom",
          "java.time.Clock",
          "java.time.InstantSource",
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.Timer",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.concurrent.Executors",
          "java.util.concurrent.ForkJoinPool",
          "java.util.concurrent.CompletableFuture",
          "java.util.concurrent.CountDownLatch",
          "java.util.concurrent.CyclicBarrier",
          "java.util.concurrent.Semaphore",
          "java.util.concurrent.ThreadPoolExecutor",
          "java.util.concurrent.ScheduledThreadPoolExecutor");

  /** The same, by method of a class that is harmless otherwise. */
  private static final Set<String> MACHINE_METHODS =
      Set.of(
          "java.lang.System.nanoTime",
          "java.lang.System.currentTimeMillis",
          "java.lang.Math.random",
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.util.UUID.randomUUID",
          "java.lang.Object.wait",
          "java.lang.Object.notify",
          "java.lang.Object.notifyAll");

  private static final Pattern MACHINE_PACKAGES =
      Pattern.compile("java\\.util\\.(concurrent\\.locks|random)\\..*");

  /**
   * Contracts of java.nio speak of locks, of parked threads and of the current thread, and of
   * groups of channels with a thread pool.
   */
  private static final Pattern SOCKET_MAY =
      Pattern.compile(
          "java\\.lang\\.Thread(\\..*)?"
              + "|java\\.util\\.concurrent\\.locks\\..*"
              + "|java\\.util\\.concurrent\\.Executors(\\..*)?"
              + "|java\\.lang\\.System\\.nanoTime");

  /** Classes outside the engine that hold a lock, each with the reason. */
  private static final Map<String, String> LOCK_HOLDERS =
      Map.of(
          "org.loopstack.fault.LeafLock",
          "a leaf: what one fault rule remembers; taken only where a rule matches",
          "org.loopstack.transport.Endpoint",
          "the shell: one lock around each core",
          "org.loopstack.transport.PortTable",
          "a leaf that several endpoints share: to look for a free port and to claim it is one"
              + " step");

  private Rules() {}

  /** The rules that the arrows break, one line each: from, to, and the rule. */
  static List<String> violations(Set<Arrow> arrows) {
    return arrows.stream()
        .filter(arrow -> isOurs(arrow.from()))
        .map(arrow -> new Verdict(arrow, isOurs(arrow.to()) ? layer(arrow) : machine(arrow)))
        .filter(verdict -> !verdict.rule().isEmpty())
        .map(verdict -> verdict.arrow() + ": " + verdict.rule())
        .distinct()
        .sorted()
        .toList();
  }

  private record Verdict(Arrow arrow, String rule) {}

  /** The rule that an arrow between two of our classes breaks, or nothing. */
  private static String layer(Arrow arrow) {
    String from = packageBelowRoot(arrow.from());
    String to = packageBelowRoot(arrow.to());
    if (from.equals(to) || from.isEmpty()) {
      return "";
    }
    if (BESIDE.contains(from)) {
      return FOR_USERS.contains(to) ? "" : from + " uses the public types only";
    }
    Set<String> allowed = MAY_USE.get(from);
    if (allowed == null) {
      return "package " + from + " has no place among the layers; give it one in Rules";
    }
    if (allowed.contains(to)) {
      return "";
    }
    return allowed.isEmpty()
        ? from + " is used by all and uses none"
        : from + " may use only " + String.join(", ", allowed.stream().sorted().toList());
  }

  /** The rule that an arrow to a class of the JDK breaks, or nothing. */
  private static String machine(Arrow arrow) {
    String to = arrow.to();
    String call = to + "." + arrow.method();
    boolean lock = to.startsWith("java.util.concurrent.locks.");
    boolean takes =
        MACHINE_CLASSES.contains(to)
            || MACHINE_METHODS.contains(call)
            || MACHINE_PACKAGES.matcher(to).matches();
    String layer = packageBelowRoot(arrow.from());
    if (!takes || layer.equals("engine")) {
      return "";
    }
    if (layer.equals("socket")
        && SOCKET_MAY.matcher(arrow.method().isEmpty() ? to : call).matches()) {
      return "";
    }
    if (lock && LOCK_HOLDERS.containsKey(outermost(arrow.from()))) {
      return "";
    }
    return "clocks, threads, randomness and locks live in engine and in transport.Endpoint";
  }

  private static boolean isOurs(String name) {
    return name.startsWith(ROOT + ".");
  }

  private static String packageBelowRoot(String name) {
    String packageName = name.substring(0, name.lastIndexOf('.'));
    return packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
  }

  private static String outermost(String name) {
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }
}
