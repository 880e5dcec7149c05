// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Checks that a test's JVM is on a stack and that it has opened no socket and no epoll of the
 * machine, while the test was running or after.
 */
final class OnStackExtension implements BeforeEachCallback, AfterEachCallback {
  private static final Path FILES = Path.of("/proc/self/fd");

  @Override
  public void beforeEach(ExtensionContext context) {
    assertThat(SelectorProvider.provider().getClass().getName())
        .as("this JVM is under the agent")
        .isEqualTo("org.loopstack.agent.MixedSelectorProvider");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(machineSockets()).as("sockets and epolls of the machine").isEmpty();
  }

  /**
   * The sockets and epolls that this JVM has of the machine; none where the machine has no such
   * list.
   */
  static List<String> machineSockets() {
    List<String> found = new ArrayList<>();
    if (!Files.isDirectory(FILES)) {
      return found;
    }
    try (Stream<Path> files = Files.list(FILES)) {
      for (Path each : files.toList()) {
        String target = target(each);
        if (target.startsWith("socket:") || target.contains("eventpoll")) {
          found.add(target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String target(Path file) throws IOException {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }
}
