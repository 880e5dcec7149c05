// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example for JUnit, pasted into a new project, with the artifacts of this build. */
class ReadmeTest {
  private static final String NOT_OFFLINE =
      "(?s).*(in offline mode|Could not transfer|Connection refused|Unknown host).*";

  @TempDir private Path directory;

  /** The first block of a language behind a heading. */
  private static String block(String heading, String language) throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    Matcher found =
        Pattern.compile(
                "\n## " + heading + "\n(?:(?!\n## ).)*?\n```" + language + "\n(.*?)\n```",
                Pattern.DOTALL)
            .matcher(readme);
    assertThat(found.find()).as("```%s under ## %s", language, heading).isTrue();
    return found.group(1);
  }

  @Test
  void theExampleForJUnitWorksInANewProject() throws Exception {
    List<String> modules = List.of("core", "junit");
    for (String module : modules) {
      assumeThat(LocalRepository.isBuilt(module))
          .as(
              "there is no jar of %s yet: mvn verify makes it and tries the README's example",
              module)
          .isTrue();
    }
    Path repository = directory.resolve("repository");
    LocalRepository.make(repository, Path.of(System.getProperty("maven.repository", "")), modules);
    Path project = Files.createDirectory(directory.resolve("project"));
    String test = block("In a test", "java");
    Matcher name = Pattern.compile("class (\\w+)").matcher(test);
    assertThat(name.find()).isTrue();
    Path sources = Files.createDirectories(project.resolve("src/test/java"));
    Files.writeString(sources.resolve(name.group(1) + ".java"), test);
    Files.writeString(project.resolve("pom.xml"), pom(block("In a test", "xml")));

    String printed = maven(project, repository);

    assertThat(project.resolve("target/surefire-reports/TEST-" + name.group(1) + ".xml"))
        .as(printed)
        .content()
        .containsPattern("<testsuite [^>]*tests=\"1\"")
        .containsPattern("<testsuite [^>]*skipped=\"0\"")
        .containsPattern("<testsuite [^>]*failures=\"0\"");
  }

  /** A new project, with JUnit in it and with plugins that know JUnit and this Java. */
  private static String pom(String dependency) {
    return """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <groupId>com.example</groupId>
      <artifactId>new-project</artifactId>
      <version>1</version>
      <properties>
        <maven.compiler.release>25</maven.compiler.release>
        <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
      </properties>
      <dependencies>
        <dependency>
          <groupId>org.junit.jupiter</groupId>
          <artifactId>junit-jupiter</artifactId>
          <version>%s</version>
          <scope>test</scope>
        </dependency>
    %s
      </dependencies>
      <build>
        <plugins>
          <plugin>
            <artifactId>maven-resources-plugin</artifactId>
            <version>%s</version>
          </plugin>
          <plugin>
            <artifactId>maven-compiler-plugin</artifactId>
            <version>%s</version>
          </plugin>
          <plugin>
            <artifactId>maven-surefire-plugin</artifactId>
            <version>%s</version>
          </plugin>
        </plugins>
      </build>
    </project>
    """
        .formatted(
            System.getProperty("junit.version"),
            dependency.indent(4),
            System.getProperty("plugin.resources"),
            System.getProperty("plugin.compiler"),
            System.getProperty("plugin.surefire"));
  }

  private String maven(Path project, Path repository) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("maven.home", ""), "bin", "mvn").toString(),
                "--batch-mode",
                "--no-transfer-progress",
                "-Dstyle.color=never",
                "-Dmaven.repo.local=" + repository,
                "test"));
    if (System.getProperty("maven.offline", "").endsWith("true")) {
      command.add("--offline");
    }
    Path out = directory.resolve("maven.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process maven = builder.start();
    assertThat(maven.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String printed = Files.readString(out);
    if (maven.exitValue() != 0 && printed.matches(NOT_OFFLINE)) {
      assumeThat(printed)
          .as("Maven cannot get its plugins here: the README's example is not tried")
          .doesNotMatch(NOT_OFFLINE);
    }
    assertThat(maven.exitValue()).as(printed).isZero();
    return printed;
  }
}
