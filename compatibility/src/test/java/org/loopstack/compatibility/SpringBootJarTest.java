// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.compatibility.greeting.GreetingApplication;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

@Row(
    library = "Spring Boot jar in many JVMs at once, each at its own port 8080",
    artifacts = "spring-boot",
    note = "the agent's option publish=HOSTPORT:8080 leads to each from outside")
@Timeout(1800)
class SpringBootJarTest {
  /** How many JVMs: few in every build, because each takes seconds of a processor to start. */
  private static final int JVMS = Integer.getInteger("compatibility.jvms", 4);

  private static final Pattern ITS_LIBRARIES =
      Pattern.compile(
          "(spring-(?!boot-loader-tools)|tomcat-embed-|jackson-(annotations|(core|databind)-3)|logback-"
              + "|slf4j-api|commons-logging|micrometer-|jakarta.annotation|snakeyaml|jspecify).*");

  private @TempDir Path home;

  @Test
  void allOfThemAnswerAtOnce() throws Exception {
    Path jar = executableJar();
    int published = ThreadLocalRandom.current().nextInt(20_000, 30_000 - JVMS);
    // No more start at a time than get a processor: else the first is late because of the last.
    int starting = Runtime.getRuntime().availableProcessors();
    List<Program> programs = new ArrayList<>();
    try {
      for (int i = 0; i < JVMS + starting; i++) {
        if (i < JVMS) {
          programs.add(
              Program.startJvm(
                  "isolated,publish=" + (published + i) + ":8080", "-jar", jar.toString()));
        }
        if (i >= starting) {
          assertThat(programs.get(i - starting).awaitLine("Tomcat started on port"))
              .contains("8080");
        }
      }

      List<String> answers = answers(published);

      assertThat(answers)
          .isEqualTo(
              programs.stream()
                  .map(each -> "{\"text\":\"Hello you\",\"pid\":" + each.pid() + "}")
                  .toList());
    } finally {
      programs.forEach(Program::close);
    }
  }

  /** Asked by a JVM that is not under the agent. */
  private static List<String> answers(int published) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("-cp", System.getProperty("java.class.path"), Asker.class.getName()));
    for (int i = 0; i < JVMS; i++) {
      command.add("http://127.0.0.1:" + (published + i) + "/greeting");
    }
    try (Program asker = Program.startJvm(null, command.toArray(String[]::new))) {
      int _ = asker.exitCode();
      return asker.output().lines().toList();
    }
  }

  /** As spring-boot-maven-plugin makes them. */
  private Path executableJar() throws IOException {
    Path plain = home.resolve("plain.jar");
    Path classes =
        Path.of(GreetingApplication.class.getResource("GreetingApplication.class").getPath())
            .getParent();
    String folder = GreetingApplication.class.getPackageName().replace('.', '/') + "/";
    try (OutputStream file = Files.newOutputStream(plain);
        JarOutputStream jar = new JarOutputStream(file);
        Stream<Path> files = Files.list(classes)) {
      for (Path each : files.toList()) {
        jar.putNextEntry(new ZipEntry(folder + each.getFileName()));
        jar.write(Files.readAllBytes(each));
      }
    }
    Path executable = home.resolve("greeting.jar");
    Repackager repackager = new Repackager(plain.toFile());
    repackager.setMainClass(GreetingApplication.class.getName());
    repackager.repackage(
        executable.toFile(),
        found -> {
          for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
            File library = new File(each);
            if (ITS_LIBRARIES.matcher(library.getName()).matches()) {
              found.library(new Library(library, LibraryScope.COMPILE));
            }
          }
        });
    return executable;
  }
}
