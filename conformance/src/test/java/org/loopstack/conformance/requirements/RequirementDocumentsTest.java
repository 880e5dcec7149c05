// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/rfc} to the catalogue and to the tags on the tests, and every MUST to a test.
 * With {@code -Drequirements=update} it renews the pages instead of complaining about them.
 */
class RequirementDocumentsTest {
  static final String COMMAND =
      "mvn -pl conformance -am test -Dtest=RequirementDocumentsTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Drequirements=update";

  private static final Path ROOT = Path.of("..");
  private static final Path PAGES = ROOT.resolve("docs/rfc");
  private static final Path CATALOGUE = Path.of("src/test/requirements");

  @Test
  void everyMustHasATestOrAReasonAndThePagesSayIt() throws IOException {
    assumeTrue(
        Files.isDirectory(ROOT.resolve("core/target/test-classes")),
        "the tests of core are not compiled");
    RequirementDocuments documents =
        new RequirementDocuments(
            Catalogue.read(CATALOGUE), TaggedTests.find(ROOT, "core", "conformance"), sources());
    assertThat(documents.faults()).isEmpty();
    SortedMap<String, String> wanted = documents.pages();
    if ("update".equals(System.getProperty("requirements"))) {
      write(wanted);
    }
    assertThat(outOfDate(wanted)).as("docs/rfc is out of date; renew it: " + COMMAND).isEmpty();
  }

  @Test
  void whatIsWrongIsNamed() {
    Catalogue.Rfc rfc =
        Catalogue.parse(
            1,
            List.of(
                "# Title",
                "# Heading",
                "MUST-1 | MUST | 2 | has a test | Here",
                "MUST-2 | MUST NOT | 2 | has none | Here",
                "MUST-3 | MUST | 2 | has a reason | Here | reason",
                "SHLD-1 | SHOULD | 2 | needs none | Nowhere"));
    SortedMap<String, java.util.SortedSet<TaggedTests.Place>> tests = new TreeMap<>();
    for (String tag : List.of("RFC1-MUST-1", "RFC1-MUST-9", "RFC1-2.1", "RFC2-MUST-9")) {
      tests.put(tag, new TreeSet<>(List.of(new TaggedTests.Place("x/T.java", "T.shows"))));
    }
    SortedMap<Integer, Catalogue.Rfc> rfcs = new TreeMap<>(Map.of(1, rfc));
    RequirementDocuments documents =
        new RequirementDocuments(
            new Catalogue(rfcs), tests, Map.of("Here", "x/Here.java", "Nowhere2", "x"));
    assertThat(documents.faults())
        .containsExactly(
            "no test is tagged RFC1-MUST-2: has none",
            "RFC1-SHLD-1 names a class that is not there: Nowhere",
            "a test is tagged RFC1-MUST-9, which the catalogue does not know");
    assertThat(documents.pages().get("1.md"))
        .contains("| MUST-1 | MUST | 2 | has a test | [`Here`](../../x/Here.java) | [`T.shows`]")
        .contains("| MUST-3 | MUST | has a reason | reason |")
        .contains("| 2.1 | [`T.shows`]");
    assertThat(documents.pages().get("README.md"))
        .contains("| [1](1.md) | Title | 1 | 1 | 0 | 0 | 0 |")
        .contains("| 2 | MUST-9 | [`T.shows`]");
  }

  /** Where the sources of core are, by simple name. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    Path main = ROOT.resolve("core/src/main/java");
    try (Stream<Path> files = Files.walk(main)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        String path = ROOT.relativize(file).toString().replace('\\', '/');
        sources.put(name, path);
      }
    }
    return sources;
  }

  private static void write(SortedMap<String, String> pages) throws IOException {
    Files.createDirectories(PAGES);
    for (Path old : committed()) {
      Files.delete(old);
    }
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Files.writeString(PAGES.resolve(page.getKey()), page.getValue());
    }
  }

  private static List<Path> committed() throws IOException {
    if (!Files.isDirectory(PAGES)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(PAGES)) {
      return files.toList();
    }
  }

  private static List<String> outOfDate(SortedMap<String, String> pages) throws IOException {
    List<String> stale = new ArrayList<>();
    for (Path old : committed()) {
      if (!pages.containsKey(old.getFileName().toString())) {
        stale.add(old.getFileName() + ": not wanted any more");
      }
    }
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Path file = PAGES.resolve(page.getKey());
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      page.getValue()
          .lines()
          .filter(line -> !lines.contains(line))
          .forEach(line -> stale.add(page.getKey() + " lacks: " + line));
      lines.stream()
          .filter(line -> page.getValue().lines().noneMatch(line::equals))
          .forEach(line -> stale.add(page.getKey() + " still says: " + line));
    }
    return stale;
  }
}
