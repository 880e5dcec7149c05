// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the tests that carry a tag of an RFC, in compiled classes, which need not be loaded. */
final class TaggedTests {
  private static final Pattern TAG = Pattern.compile("RFC[0-9]+-.+");

  /** The containers of several tags: JUnit's and jqwik's. */
  private static final Set<String> SEVERAL = Set.of("Tags", "TagList");

  private static final String JUNIT = "org.junit.";

  /** What makes a method a test of JUnit's. */
  private static final Set<String> TESTS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate");

  /** What makes it one of jqwik's, which passes over a method with an annotation of JUnit's. */
  private static final Set<String> PROPERTIES = Set.of("Property", "Example");

  /**
   * A test.
   *
   * @param source its file, from the root of the repository
   * @param name class and method, or the class alone if all of it is tagged
   */
  record Place(String source, String name) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return name.compareTo(other.name);
    }
  }

  private TaggedTests() {}

  /** All tests of a module's compiled test classes, by tag. */
  static SortedMap<String, SortedSet<Place>> find(Path root, String... modules) throws IOException {
    SortedMap<String, SortedSet<Place>> byTag = new TreeMap<>();
    for (String module : modules) {
      Path classes = root.resolve(module).resolve("target/test-classes");
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          collect(module, ClassFile.of().parse(file), byTag);
        }
      }
    }
    return byTag;
  }

  private static void collect(
      String module, ClassModel type, SortedMap<String, SortedSet<Place>> byTag) {
    String internal = type.thisClass().asInternalName();
    int nested = internal.indexOf('$');
    String outer = nested < 0 ? internal : internal.substring(0, nested);
    String source = module + "/src/test/java/" + outer + ".java";
    String simple = internal.substring(internal.lastIndexOf('/') + 1).replace('$', '.');
    if (annotations(type).contains("Disabled")) {
      return;
    }
    for (String tag : tags(type)) {
      byTag.computeIfAbsent(tag, t -> new TreeSet<>()).add(new Place(source, simple));
    }
    for (MethodModel method : type.methods()) {
      if (!runs(method)) {
        continue;
      }
      Place place = new Place(source, simple + "." + method.methodName().stringValue());
      for (String tag : tags(method)) {
        byTag.computeIfAbsent(tag, t -> new TreeSet<>()).add(place);
      }
    }
  }

  /** A tag on a method that nobody calls, or that is disabled, shows nothing. */
  private static boolean runs(MethodModel method) {
    List<String> names = annotations(method);
    return !names.contains("Disabled")
        && (names.stream().anyMatch(TESTS::contains)
            || (names.stream().anyMatch(PROPERTIES::contains)
                && symbols(method).stream().noneMatch(a -> a.packageName().startsWith(JUNIT))));
  }

  private static List<String> annotations(AttributedElement element) {
    return symbols(element).stream().map(ClassDesc::displayName).toList();
  }

  private static List<ClassDesc> symbols(AttributedElement element) {
    return element
        .findAttribute(Attributes.runtimeVisibleAnnotations())
        .map(all -> all.annotations().stream().map(Annotation::classSymbol).toList())
        .orElse(List.of());
  }

  private static List<String> tags(AttributedElement element) {
    List<String> found = new ArrayList<>();
    element
        .findAttribute(Attributes.runtimeVisibleAnnotations())
        .ifPresent(all -> all.annotations().forEach(annotation -> addTags(annotation, found)));
    return found;
  }

  /** {@code @Tag("...")} of JUnit or jqwik, or several of them in their container. */
  private static void addTags(Annotation annotation, List<String> found) {
    String name = annotation.classSymbol().displayName();
    for (AnnotationElement element : annotation.elements()) {
      AnnotationValue value = element.value();
      if (name.equals("Tag") && value instanceof AnnotationValue.OfString text) {
        if (TAG.matcher(text.stringValue()).matches()) {
          found.add(text.stringValue());
        }
      } else if (value instanceof AnnotationValue.OfArray several && SEVERAL.contains(name)) {
        for (AnnotationValue one : several.values()) {
          if (one instanceof AnnotationValue.OfAnnotation inner) {
            addTags(inner.annotation(), found);
          }
        }
      }
    }
  }
}
