// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** The outcomes of all runs as JSON, one case a line. */
final class ParityJson {
  private ParityJson() {}

  static String of(Collection<ParityReport.Row> rows) {
    StringJoiner cases = new StringJoiner(",\n", "{\"cases\": [\n", "\n]}\n");
    for (ParityReport.Row row : rows) {
      cases.add(line(row));
    }
    return cases.toString();
  }

  private static String line(ParityReport.Row row) {
    StringJoiner results = new StringJoiner(", ", "[", "]");
    row.outcomes()
        .forEach(
            (subject, byFamily) -> {
              for (Map.Entry<Family, Outcome> entry : byFamily.entrySet()) {
                results.add(result(subject, entry.getKey(), entry.getValue()));
              }
            });
    return "{\"id\": %s, \"title\": %s, \"source\": %s, \"results\": %s}"
        .formatted(
            quote(row.declaration().id()),
            quote(row.declaration().title()),
            quote(row.declaration().source()),
            results);
  }

  private static String result(String subject, Family family, Outcome outcome) {
    return "{\"subject\": %s, \"family\": %s, \"outcome\": %s, \"seen\": %s, \"reason\": %s}"
        .formatted(
            quote(subject),
            quote(family.title()),
            quote(outcome.kind().name().toLowerCase(Locale.ROOT)),
            quote(outcome.ours()),
            quote(outcome.reason()));
  }

  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
