// SPDX-License-Identifier: Apache-2.0

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import com.google.googlejavaformat.java.StringWrapper;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks that every .java file of the repository is as google-java-format writes it and begins with
 * the licence line; {@code apply} formats the files in place instead. Run by the build as a
 * single-file program, because the formatter must run on the JDK whose language it reads.
 */
final class SourceCheck {
  private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0\n";
  private static final String FIX = "mvn -N verify -Dformat=apply";

  private SourceCheck() {}

  public static void main(String[] args) throws Exception {
    String mode = args[0];
    if (mode.equals("skip")) {
      return;
    }
    boolean apply = mode.equals("apply");
    if (!apply && !mode.equals("check")) {
      System.err.println("format is check, apply or skip, not " + mode);
      System.exit(64);
    }
    // Files that were well formatted before are not read again; target/ forgets them.
    Path known = Path.of("target", "formatted.txt");
    Set<String> before = Files.exists(known) ? new HashSet<>(Files.readAllLines(known)) : Set.of();
    List<Path> files = sources();
    List<String> complaints =
        files.parallelStream()
            .filter(file -> !before.contains(stamp(file)))
            .map(file -> look(file, apply))
            .filter(complaint -> !complaint.isEmpty())
            .sorted()
            .toList();
    if (!complaints.isEmpty()) {
      complaints.forEach(complaint -> System.err.println("[ERROR] " + complaint));
      System.exit(1);
    }
    Files.createDirectories(known.getParent());
    Files.write(known, files.stream().map(SourceCheck::stamp).toList());
  }

  /** Every .java file below the current directory, except in build output and hidden folders. */
  private static List<Path> sources() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return name.equals("target") || name.startsWith(".")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private static String stamp(Path file) {
    try {
      return Files.size(file) + " " + Files.getLastModifiedTime(file).toInstant() + " " + file;
    } catch (IOException e) {
      return "";
    }
  }

  /** What is wrong with a file, in one line; empty if nothing is, or if it has been put right. */
  private static String look(Path file, boolean apply) {
    try {
      String text = Files.readString(file);
      String right = format(text);
      if (text.equals(right)) {
        return "";
      }
      if (apply) {
        Files.writeString(file, right);
        System.out.println("formatted " + file);
        return "";
      }
      boolean licensed = text.startsWith(LICENCE);
      return file
          + (licensed ? " is not formatted" : " does not begin with the SPDX licence line")
          + "; run: "
          + FIX;
    } catch (FormatterException | IOException e) {
      return file + " cannot be formatted: " + e.getMessage();
    }
  }

  private static String format(String text) throws FormatterException {
    String licensed = text.startsWith(LICENCE) ? text : LICENCE + text;
    Formatter formatter =
        new Formatter(JavaFormatterOptions.builder().reorderModifiers(true).build());
    String ordered =
        ImportOrderer.reorderImports(
            RemoveUnusedImports.removeUnusedImports(licensed), JavaFormatterOptions.Style.GOOGLE);
    return StringWrapper.wrap(formatter.formatSource(ordered), formatter);
  }
}
