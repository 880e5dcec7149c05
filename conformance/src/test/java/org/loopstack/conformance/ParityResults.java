// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The outcomes of one subject in a file of {@code target}, one a line. The subjects run in two
 * JVMs, one of which is under the agent; the page tells of both.
 */
final class ParityResults {
  private static final int COLUMNS = 7;

  private ParityResults() {}

  private static Path file(String subject) {
    return Path.of("target", "parity-" + subject + ".tsv");
  }

  /** Whether a subject has run. */
  static boolean exist(String subject) {
    return Files.exists(file(subject));
  }

  static void write(String subject, Collection<ParityReport.Row> rows) throws IOException {
    List<String> lines = new ArrayList<>();
    for (ParityReport.Row row : rows) {
      Method method = row.method();
      row.outcomes()
          .getOrDefault(subject, Map.of())
          .forEach(
              (family, outcome) ->
                  lines.add(
                      String.join(
                          "\t",
                          method.getDeclaringClass().getName(),
                          method.getName(),
                          family.name(),
                          outcome.kind().name(),
                          cell(outcome.ours()),
                          cell(outcome.reason()),
                          ".")));
    }
    Files.write(file(subject), lines);
  }

  /** Adds the outcomes of a subject to those of others. */
  static void read(String subject, ParityReport into) throws IOException {
    for (String line : Files.readAllLines(file(subject))) {
      String[] cells = line.split("\t");
      if (cells.length != COLUMNS) {
        throw new IOException(file(subject) + " has a line of another kind: " + line);
      }
      Method method = method(cells[0], cells[1]);
      Case declaration = method.getAnnotation(Case.class);
      into.declare(declaration, method);
      Outcome outcome = new Outcome(Outcome.Kind.valueOf(cells[3]), cells[4], cells[5]);
      into.record(declaration.id(), subject, Family.valueOf(cells[2]), Threads.PLATFORM, outcome);
    }
  }

  private static Method method(String type, String name) throws IOException {
    try {
      return Arrays.stream(Class.forName(type).getDeclaredMethods())
          .filter(each -> each.getName().equals(name) && each.isAnnotationPresent(Case.class))
          .findFirst()
          .orElseThrow(() -> new IOException("There is no case " + type + "." + name));
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static String cell(String text) {
    return text.replaceAll("\\s", " ");
  }
}
