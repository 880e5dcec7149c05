// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Collects the outcomes of all runs of a JVM and leaves them in {@code target} when the last test
 * has ended. Safe for use by several threads.
 */
final class ParityReport implements AutoCloseable {
  /** All results of one case: by subject, then by family; the worst of the kinds of thread. */
  record Row(Case declaration, Method method, SortedMap<String, Map<Family, Outcome>> outcomes) {}

  private final ConcurrentSkipListMap<String, Row> rows = new ConcurrentSkipListMap<>();

  void declare(Case declaration, Method method) {
    Row row = new Row(declaration, method, new TreeMap<>());
    Row before = rows.putIfAbsent(declaration.id(), row);
    if (before != null && !before.method().equals(method)) {
      throw new IllegalStateException(
          "two cases are called " + declaration.id() + ": " + before.method() + " and " + method);
    }
  }

  void record(String id, String subject, Family family, Threads threads, Outcome outcome) {
    Row row = rows.get(id);
    if (row == null) {
      throw new IllegalStateException(id + " was not declared");
    }
    synchronized (row) {
      row.outcomes()
          .computeIfAbsent(subject, name -> new EnumMap<>(Family.class))
          .merge(family, named(outcome, threads), ParityReport::worse);
    }
  }

  private static Outcome named(Outcome outcome, Threads threads) {
    return threads == Threads.VIRTUAL && outcome.kind() == Outcome.Kind.FAILED
        ? Outcome.failed("on virtual threads: " + outcome.ours())
        : outcome;
  }

  private static Outcome worse(Outcome a, Outcome b) {
    return a.kind().compareTo(b.kind()) >= 0 ? a : b;
  }

  /** All there is, by the names of the cases. */
  Collection<Row> rows() {
    return rows.values();
  }

  @Override
  public void close() throws IOException {
    Files.createDirectories(Path.of("target"));
    for (String subject : Permutations.subjects()) {
      ParityResults.write(subject, rows());
    }
  }
}
