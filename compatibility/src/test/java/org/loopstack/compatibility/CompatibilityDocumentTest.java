// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/compatibility.md} says what the tests of this module show. */
class CompatibilityDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/compatibility.md");
  private static final String SOURCES =
      "../compatibility/src/test/java/org/loopstack/compatibility/";

  @Test
  void theDocumentIsWhatTheTestsSay() throws Exception {
    String expected = document();
    if ("update".equals(System.getProperty("compatibility"))) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(DOCUMENT)
        .as("renew it: mvn verify -pl compatibility -am -Dcompatibility=update")
        .hasContent(expected);
  }

  private static String document() throws Exception {
    StringBuilder text =
        new StringBuilder(
            """
            # Compatibility

            Other people's software on a stack, as the tests of the module `compatibility` show in every build: servers and clients
            from their own artifacts, unmodified, in one JVM under `-javaagent:loopstack-agent.jar=isolated`, exchanging real data.
            After each test no socket and no epoll of the machine is open.

            Under the agent nothing has to be written. The column "one instance" is for a program that is not under the agent and
            wants this one server or client on a `Stack stack`.

            This page is generated from the tests; renew it with
            `mvn verify -pl compatibility -am -Dcompatibility=update`.

            | software | version | under the agent | one instance on a stack | test |
            |---|---|---|---|---|
            """);
    for (Class<?> each : rows()) {
      Row row = each.getAnnotation(Row.class);
      text.append("| ")
          .append(row.library())
          .append(" | ")
          .append(versions(row))
          .append(" | ")
          .append(row.note().isEmpty() ? "works" : "works; " + row.note())
          .append(" | ")
          .append(row.instance().isEmpty() ? "-" : "`" + row.instance() + "`")
          .append(" | [`")
          .append(each.getSimpleName())
          .append("`](")
          .append(SOURCES)
          .append(each.getSimpleName())
          .append(".java) |\n");
    }
    return text.toString();
  }

  private static List<Class<?>> rows() throws URISyntaxException, IOException {
    Path classes =
        Path.of(
            CompatibilityDocumentTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    List<Class<?>> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes.resolve("org/loopstack/compatibility"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith("Test.class")) {
          Class<?> type = loaded(name.substring(0, name.length() - ".class".length()));
          if (type.isAnnotationPresent(Row.class)) {
            rows.add(type);
          }
        }
      }
    }
    rows.sort(
        Comparator.comparing(
            row -> row.getAnnotation(Row.class).library().toLowerCase(Locale.ROOT)));
    return rows;
  }

  private static Class<?> loaded(String name) {
    try {
      return Class.forName("org.loopstack.compatibility." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static String versions(Row row) {
    if (row.artifacts().length == 0) {
      return "the JDK's";
    }
    List<String> versions = new ArrayList<>();
    for (String artifact : row.artifacts()) {
      versions.add(artifact + " " + version(artifact));
    }
    return String.join(", ", versions);
  }

  private static String version(String artifact) {
    Pattern jar = Pattern.compile(Pattern.quote(artifact) + "-(\\d[^/]*)\\.jar");
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Matcher matcher = jar.matcher(Path.of(each).getFileName().toString());
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    throw new AssertionError("No jar of " + artifact + " on the class path");
  }
}
