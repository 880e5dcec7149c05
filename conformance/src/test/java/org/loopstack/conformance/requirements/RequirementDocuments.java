// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes {@code docs/rfc}: a page per RFC of the catalogue, and one over all. */
final class RequirementDocuments {
  private static final String GENERATED =
      "This page is generated from the catalogue in `conformance/src/test/requirements` and the"
          + " tags on the tests.\nDo not edit it; renew it with `"
          + RequirementDocumentsTest.COMMAND
          + "`.\n";

  private final Catalogue catalogue;
  private final SortedMap<String, SortedSet<TaggedTests.Place>> tests;

  /** Where the source of a class is, by its simple name. */
  private final Map<String, String> sources;

  RequirementDocuments(
      Catalogue catalogue,
      SortedMap<String, SortedSet<TaggedTests.Place>> tests,
      Map<String, String> sources) {
    this.catalogue = catalogue;
    this.tests = tests;
    this.sources = sources;
  }

  /** All pages, by file name. */
  SortedMap<String, String> pages() {
    SortedMap<String, String> pages = new TreeMap<>();
    pages.put("README.md", overview());
    catalogue.rfcs().values().forEach(rfc -> pages.put(rfc.number() + ".md", page(rfc)));
    return pages;
  }

  /** What is wrong with catalogue or tags, a line each; empty if nothing. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    SortedSet<String> known = new TreeSet<>();
    for (Catalogue.Rfc rfc : catalogue.rfcs().values()) {
      for (Requirement requirement : rfc.requirements().toList()) {
        if (!known.add(requirement.tag())) {
          faults.add(requirement.tag() + " stands twice in the catalogue");
        }
        if (requirement.isAbsolute() && shownBy(requirement).isEmpty()) {
          faults.add("no test is tagged " + requirement.tag() + ": " + requirement.text());
        }
        if (requirement.isRecommended()
            && requirement.gap().isEmpty()
            && shownBy(requirement).isEmpty()) {
          faults.add("neither a test nor a reason has " + requirement.tag());
        }
        for (String name : requirement.classes()) {
          if (!sources.containsKey(name)) {
            faults.add(requirement.tag() + " names a class that is not there: " + name);
          }
        }
      }
    }
    for (String tag : tests.keySet()) {
      if (isCatalogued(tag) && !known.contains(tag) && !isSection(tag)) {
        faults.add("a test is tagged " + tag + ", which the catalogue does not know");
      }
    }
    return faults;
  }

  private SortedSet<TaggedTests.Place> shownBy(Requirement requirement) {
    return tests.getOrDefault(requirement.tag(), new TreeSet<>());
  }

  private static int rfcOf(String tag) {
    return Integer.parseInt(tag.substring(3, tag.indexOf('-')));
  }

  private static String idOf(String tag) {
    return tag.substring(tag.indexOf('-') + 1);
  }

  private boolean isCatalogued(String tag) {
    return catalogue.rfcs().containsKey(rfcOf(tag));
  }

  /** Whether a tag names no requirement but a section, as {@code RFC9293-3.10.7.4} does. */
  private static boolean isSection(String tag) {
    return idOf(tag).matches("[0-9]+(\\.[0-9]+)*");
  }

  // ---- the page over all ----

  private String overview() {
    StringBuilder text = new StringBuilder("# Supported RFCs\n\n").append(GENERATED);
    text.append(
        """

        "met" counts requirements that a test shows wholly, be it one in Java or a packet script; "declared" those that
        are not met, or not wholly, each with its reason on the RFC's page; "open" those with neither. A MUST
        that no test shows fails the build, also if it is declared: then the test shows what is done instead. So does a
        SHOULD with neither test nor reason.

        | RFC | title | MUST met | declared | open | SHOULD met | declared | open | MAY met |
        |---|---|---|---|---|---|---|---|---|
        """);
    for (Catalogue.Rfc rfc : catalogue.rfcs().values()) {
      text.append("| [%d](%d.md) | %s".formatted(rfc.number(), rfc.number(), rfc.title()));
      appendCounts(text, rfc.requirements().toList());
    }
    text.append("| all | %d RFCs".formatted(catalogue.rfcs().size()));
    appendCounts(
        text, catalogue.rfcs().values().stream().flatMap(Catalogue.Rfc::requirements).toList());
    appendOthers(text);
    return text.toString();
  }

  private void appendCounts(StringBuilder text, List<Requirement> requirements) {
    for (String level : List.of("MUST", "SHOULD")) {
      text.append(" | ").append(count(requirements, level, State.MET));
      text.append(" | ").append(count(requirements, level, State.DECLARED));
      text.append(" | ").append(count(requirements, level, State.OPEN));
    }
    text.append(" | ").append(count(requirements, "MAY", State.MET)).append(" |\n");
  }

  private long count(List<Requirement> requirements, String level, State state) {
    return requirements.stream()
        .filter(r -> r.level().startsWith(level) && state(r) == state)
        .count();
  }

  /** How it stands with a requirement. */
  private enum State {
    MET,
    DECLARED,
    OPEN
  }

  private State state(Requirement requirement) {
    if (!requirement.gap().isEmpty()) {
      return State.DECLARED;
    }
    return shownBy(requirement).isEmpty() ? State.OPEN : State.MET;
  }

  private void appendOthers(StringBuilder text) {
    SortedMap<Integer, List<String>> others = new TreeMap<>();
    for (String tag : tests.keySet()) {
      if (!isCatalogued(tag)) {
        others.computeIfAbsent(rfcOf(tag), n -> new ArrayList<>()).add(tag);
      }
    }
    if (others.isEmpty()) {
      return;
    }
    text.append("\n## Without a catalogue of its own\n\n");
    text.append("| RFC | section | tests |\n|---|---|---|\n");
    others.forEach(
        (rfc, tags) ->
            tags.forEach(
                tag ->
                    text.append(
                        "| %d | %s | %s |\n".formatted(rfc, idOf(tag), places(tests.get(tag))))));
  }

  // ---- the page of one RFC ----

  private String page(Catalogue.Rfc rfc) {
    StringBuilder text = new StringBuilder();
    text.append("# RFC %d: %s\n\n".formatted(rfc.number(), rfc.title())).append(GENERATED);
    appendGaps(text, rfc);
    for (Catalogue.Group group : rfc.groups()) {
      text.append(group.heading().isEmpty() ? "\n" : "\n## " + group.heading() + "\n\n");
      text.append("| requirement | level | section | what | where | shown by |\n");
      text.append("|---|---|---|---|---|---|\n");
      for (Requirement requirement : group.requirements()) {
        text.append(
            "| %s | %s | %s | %s | %s | %s |\n"
                .formatted(
                    requirement.id(),
                    requirement.level(),
                    requirement.section(),
                    requirement.text(),
                    requirement.classes().stream()
                        .map(this::source)
                        .collect(Collectors.joining(", ")),
                    shown(requirement)));
      }
    }
    appendSections(text, rfc.number());
    return text.toString();
  }

  private static void appendGaps(StringBuilder text, Catalogue.Rfc rfc) {
    List<Requirement> gaps = rfc.requirements().filter(r -> !r.gap().isEmpty()).toList();
    if (gaps.isEmpty()) {
      return;
    }
    text.append("\n## Not met, or not wholly\n\n");
    text.append("| requirement | level | what | reason |\n|---|---|---|---|\n");
    for (Requirement gap : gaps) {
      text.append(
          "| %s | %s | %s | %s |\n".formatted(gap.id(), gap.level(), gap.text(), gap.gap()));
    }
  }

  private void appendSections(StringBuilder text, int rfc) {
    List<String> sections =
        tests.keySet().stream()
            .filter(tag -> rfcOf(tag) == rfc && isSection(tag))
            .filter(
                tag -> catalogue.rfcs().get(rfc).requirements().noneMatch(r -> r.tag().equals(tag)))
            .toList();
    if (sections.isEmpty()) {
      return;
    }
    text.append("\n## More tests, by section\n\n| section | tests |\n|---|---|\n");
    sections.forEach(
        tag -> text.append("| %s | %s |\n".formatted(idOf(tag), places(tests.get(tag)))));
  }

  private String source(String name) {
    return "[`%s`](../../%s)".formatted(name, sources.get(name));
  }

  private String shown(Requirement requirement) {
    SortedSet<TaggedTests.Place> places = shownBy(requirement);
    if (!places.isEmpty()) {
      return places(places) + (requirement.gap().isEmpty() ? "" : " (in part)");
    }
    return requirement.gap().isEmpty() ? "" : "*not met*";
  }

  private static String places(SortedSet<TaggedTests.Place> places) {
    return places.stream()
        .map(p -> "[`%s`](../../%s)".formatted(p.name(), p.source()))
        .collect(Collectors.joining("<br>"));
  }
}
