// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the packet scripts that show a requirement. A script says so in comment lines with nothing
 * but an RFC, a section if one likes, and what it shows of it, up to a colon if there is one:
 *
 * <pre>
 *   // RFC 9293 3.8.3 MUST-20, MUST-21
 *   // RFC 5961 3.2-EXACT, RFC 9293 MAY-12: a reset counts at the very number only.
 *   // RFC 9293 3.10.7.4
 * </pre>
 *
 * <p>The last names a section only. With any other word before the colon a comment is prose.
 */
final class TaggedScripts {
  private static final Pattern LINE = Pattern.compile("\\s*//\\s*(RFC [^:]*)(:.*)?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern SECTION = Pattern.compile("[0-9]+(\\.[0-9]+)*");

  /** A label of the RFC's own with its number, or a section with something after it. */
  private static final Pattern LABEL = Pattern.compile("(?=.*[0-9])[0-9A-Z.]+(-[0-9A-Z.]+)+");

  private TaggedScripts() {}

  /**
   * Adds all scripts under a directory to the tests, by tag, but for those that its {@code
   * deviations.txt} says do not pass.
   */
  static void add(
      Path root, String directory, SortedMap<String, SortedSet<TaggedTests.Place>> byTag)
      throws IOException {
    Path scripts = root.resolve(directory);
    List<String> deviations = Files.readAllLines(scripts.resolve("deviations.txt"));
    try (Stream<Path> files = Files.walk(scripts)) {
      for (Path file : files.filter(TaggedScripts::isScript).toList()) {
        String name = scripts.relativize(file).toString().replace('\\', '/');
        if (deviations.stream().anyMatch(line -> line.startsWith(name))) {
          continue;
        }
        TaggedTests.Place place = new TaggedTests.Place(directory + "/" + name, name);
        for (String line : Files.readAllLines(file)) {
          for (String tag : tags(line)) {
            byTag.computeIfAbsent(tag, t -> new TreeSet<>()).add(place);
          }
        }
      }
    }
  }

  /** A script, or one of which several are made. */
  private static boolean isScript(Path file) {
    String name = file.toString();
    return name.endsWith(".pkt") || name.endsWith(".pktt");
  }

  /** The tags of one line, none if it is no such comment. */
  static List<String> tags(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return List.of();
    }
    List<String> tags = new ArrayList<>();
    for (String part : matcher.group(1).strip().split(",? *RFC ")) {
      if (!part.isEmpty() && !addTags(part.split("[, ]+"), tags)) {
        return List.of();
      }
    }
    return tags;
  }

  /** What is said of one RFC, its number first; false if that is not all. */
  private static boolean addTags(String[] words, List<String> tags) {
    String rfc = "RFC" + words[0] + "-";
    List<String> labels = new ArrayList<>();
    String section = "";
    for (String word : List.of(words).subList(1, words.length)) {
      if (LABEL.matcher(word).matches()) {
        labels.add(rfc + word);
      } else if (section.isEmpty() && SECTION.matcher(word).matches()) {
        section = rfc + word;
      } else {
        return false;
      }
    }
    if (labels.isEmpty() && !section.isEmpty()) {
      labels.add(section);
    }
    tags.addAll(labels);
    return NUMBER.matcher(words[0]).matches() && !labels.isEmpty();
  }
}
