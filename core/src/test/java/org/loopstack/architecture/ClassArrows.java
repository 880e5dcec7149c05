// SPDX-License-Identifier: Apache-2.0
package org.loopstack.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the arrows out of class files: all that stands in a class's constant pool. */
final class ClassArrows {
  /** A class in a descriptor or a generic signature. */
  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)[;<]");

  private ClassArrows() {}

  /** The arrows of every class below a folder. */
  static Set<Arrow> below(Path folder) {
    Set<Arrow> arrows = new LinkedHashSet<>();
    for (Path file : classFiles(folder)) {
      try {
        arrows.addAll(of(ClassFile.of().parse(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return arrows;
  }

  private static List<Path> classFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !file.endsWith("module-info.class"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The arrows that start at one class. */
  static Set<Arrow> of(ClassModel model) {
    String from = dotted(model.thisClass().asInternalName());
    Set<Arrow> arrows = new LinkedHashSet<>();
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry named -> addClass(arrows, from, named.asInternalName());
        case MemberRefEntry member ->
            arrows.add(
                new Arrow(
                    from, dotted(member.owner().asInternalName()), member.name().stringValue()));
        case Utf8Entry text -> addDescribed(arrows, from, text.stringValue());
        default -> {}
      }
    }
    arrows.removeIf(arrow -> arrow.to().equals(from));
    return arrows;
  }

  /** A class entry holds a name, or the descriptor of an array. */
  private static void addClass(Set<Arrow> arrows, String from, String name) {
    if (name.startsWith("[")) {
      addDescribed(arrows, from, name);
    } else {
      arrows.add(Arrow.toClass(from, dotted(name)));
    }
  }

  /** The classes in a descriptor or signature; other texts of the pool do not look like one. */
  private static void addDescribed(Set<Arrow> arrows, String from, String text) {
    Matcher matcher = IN_DESCRIPTOR.matcher(text);
    while (matcher.find()) {
      arrows.add(Arrow.toClass(from, dotted(matcher.group(1))));
    }
  }

  private static String dotted(String internalName) {
    return internalName.replace('/', '.');
  }
}
