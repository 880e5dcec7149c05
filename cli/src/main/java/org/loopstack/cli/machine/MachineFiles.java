// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files of the machine, under /proc, /sys and /etc. What cannot be read is null or empty: not every
 * kernel has every file, and not every user may read all. Those of /proc show the network namespace
 * of the thread that reads. Immutable.
 */
public final class MachineFiles {
  private final Path root;

  /**
   * Those below a folder.
   *
   * @param root {@code /}, or another folder that looks like it
   */
  public MachineFiles(Path root) {
    this.root = root;
  }

  /** The machine's own. */
  public static MachineFiles ofMachine() {
    return new MachineFiles(Path.of("/"));
  }

  /**
   * Where a file is.
   *
   * @param name as {@code etc/hosts}
   */
  public Path path(String name) {
    return root.resolve(name);
  }

  /** What a file says, or null. */
  public @Nullable String text(String name) {
    // In one go: files under /proc/sys have nothing for a second read.
    try (InputStream in = Files.newInputStream(path(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return null;
    }
  }

  /** The lines of a file, none if it cannot be read. */
  public List<String> lines(String name) {
    String text = text(name);
    return text == null ? List.of() : text.lines().toList();
  }

  /** The words of a file. */
  public List<String> words(String name) {
    String text = text(name);
    return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  /** The first number in a file. */
  public long number(String name, long otherwise) {
    List<String> words = words(name);
    try {
      return words.isEmpty() ? otherwise : Long.parseLong(words.getFirst());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Where a link leads, as text; or null. */
  public @Nullable String link(String name) {
    return link(path(name));
  }

  private static @Nullable String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      return null;
    }
  }

  /** Whether there is something of that name. */
  public boolean exists(String name) {
    return Files.exists(path(name));
  }

  /** The names in a folder. */
  public List<String> names(String folder) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path(folder))) {
      for (Path each : all) {
        names.add(each.getFileName().toString());
      }
    } catch (IOException | DirectoryIteratorException e) {
      // A process that has just ended, or another user's: what was seen so far is what there is.
    }
    return names;
  }
}
