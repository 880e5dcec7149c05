// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All requirements, by RFC. A file per RFC: {@code id | level | section | text | classes | gap},
 * with lines that begin with {@code #} for its title and for headings.
 *
 * @param rfcs by number
 */
record Catalogue(SortedMap<Integer, Rfc> rfcs) {
  private static final Set<String> LEVELS =
      Set.of("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY");

  /**
   * One RFC.
   *
   * @param groups headings with what stands under them, in the catalogue's order
   */
  record Rfc(int number, String title, List<Group> groups) {
    Stream<Requirement> requirements() {
      return groups.stream().flatMap(group -> group.requirements().stream());
    }
  }

  /** Requirements under one heading. */
  record Group(String heading, List<Requirement> requirements) {}

  /** Reads a directory of files {@code NNNN.txt}. */
  static Catalogue read(Path directory) throws IOException {
    SortedMap<Integer, Rfc> rfcs = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".txt")).toList()) {
        int number = Integer.parseInt(file.getFileName().toString().replace(".txt", ""));
        rfcs.put(number, parse(number, Files.readAllLines(file)));
      }
    }
    return new Catalogue(rfcs);
  }

  static Rfc parse(int number, List<String> lines) {
    String title = lines.getFirst().substring(1).strip();
    List<Group> groups = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith("#")) {
        groups.add(new Group(line.substring(1).strip(), new ArrayList<>()));
      } else if (!line.isBlank()) {
        if (groups.isEmpty()) {
          groups.add(new Group("", new ArrayList<>()));
        }
        groups.getLast().requirements().add(requirement(number, line));
      }
    }
    return new Rfc(number, title, groups);
  }

  private static Requirement requirement(int number, String line) {
    String[] cells = line.split(" *\\| *", -1);
    if (cells.length != 5 && cells.length != 6) {
      throw new IllegalArgumentException("RFC " + number + ": five or six columns: " + line);
    }
    if (!LEVELS.contains(cells[1])) {
      throw new IllegalArgumentException("RFC " + number + ": no such level: " + line);
    }
    List<String> classes = cells[4].isEmpty() ? List.of() : List.of(cells[4].split(", *"));
    String gap = cells.length == 6 ? cells[5] : "";
    return new Requirement(number, cells[0], cells[1], cells[2], cells[3], classes, gap);
  }
}
