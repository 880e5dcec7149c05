// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds {@code docs/rfc} to the catalogue and to the tags on the tests, and every MUST to a test.
 * With {@code -Drequirements=update} it renews the pages instead of complaining about them.
 */
class RequirementDocumentsTest {
  static final String COMMAND =
      "mvn -pl conformance -am test -Dtest=RequirementDocumentsTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Drequirements=update";

  private static final Path ROOT = Path.of("..");
  private static final Path PAGES = ROOT.resolve("docs/rfc");
  private static final String[] MODULES = {"core", "script", "conformance"};
  private static final Path CATALOGUE = Path.of("src/test/requirements");

  @Test
  void everyMustHasATestAndThePagesSayIt() throws IOException {
    for (String module : MODULES) {
      assertThat(ROOT.resolve(module).resolve("target/test-classes"))
          .as("the tests of %s are not compiled; use -am", module)
          .isDirectory();
    }
    SortedMap<String, SortedSet<TaggedTests.Place>> tests = TaggedTests.find(ROOT, MODULES);
    TaggedScripts.add(ROOT, "script/src/test/scripts", tests);
    RequirementDocuments documents =
        new RequirementDocuments(Catalogue.read(CATALOGUE), tests, sources());
    assertThat(documents.faults()).isEmpty();
    eachMustIsMissedWithoutItsTests(tests);
    SortedMap<String, String> wanted = documents.pages();
    if ("update".equals(System.getProperty("requirements"))) {
      write(wanted);
    }
    assertThat(outOfDate(wanted)).as("docs/rfc is out of date; renew it: " + COMMAND).isEmpty();
  }

  /** The check must not be one that always passes: with a MUST's tests gone, it fails. */
  private static void eachMustIsMissedWithoutItsTests(
      SortedMap<String, SortedSet<TaggedTests.Place>> tests) throws IOException {
    Catalogue catalogue = Catalogue.read(CATALOGUE);
    List<Requirement> musts =
        catalogue.rfcs().values().stream()
            .flatMap(Catalogue.Rfc::requirements)
            .filter(Requirement::isAbsolute)
            .toList();
    assertThat(musts).hasSizeGreaterThan(300);
    for (Requirement must : musts) {
      SortedMap<String, SortedSet<TaggedTests.Place>> fewer = new TreeMap<>(tests);
      assertThat(fewer.remove(must.tag())).isNotEmpty();
      assertThat(new RequirementDocuments(catalogue, fewer, sources()).faults())
          .containsExactly("no test is tagged " + must.tag() + ": " + must.text());
    }
  }

  /** RFC 9293 numbers what it demands, MUST-1 to MUST-69, SHLD-1 to SHLD-31, MAY-1 to MAY-18. */
  @Test
  void theCatalogueHasEveryNumberedRequirementOfTcp() throws IOException {
    List<String> wanted = new ArrayList<>(List.of("REC-1"));
    Map.of("MUST", 69, "SHLD", 31, "MAY", 18)
        .forEach((label, last) -> range(label, last).forEach(wanted::add));
    assertThat(Catalogue.read(CATALOGUE).rfcs().get(9293).requirements())
        .extracting(Requirement::id)
        .containsExactlyInAnyOrderElementsOf(wanted);
  }

  private static Stream<String> range(String label, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(number -> label + "-" + number);
  }

  @Test
  void whatIsWrongIsNamed() {
    Catalogue.Rfc rfc =
        Catalogue.parse(
            1,
            List.of(
                "# Title",
                "# Heading",
                "MUST-1 | MUST | 2 | has a test | Here",
                "MUST-2 | MUST NOT | 2 | has none | Here",
                "MUST-3 | MUST | 2 | has a reason | Here | reason",
                "MUST-4 | MUST | 2 | has a script and a reason | Here | why",
                "SHLD-1 | SHOULD | 2 | has a reason | Nowhere | reason",
                "SHLD-2 | SHOULD NOT | 2 | has neither | Here",
                "MAY-1 | MAY | 2 | needs none | Here"));
    SortedMap<String, SortedSet<TaggedTests.Place>> tests = new TreeMap<>();
    tests.put("RFC1-MUST-4", new TreeSet<>(List.of(new TaggedTests.Place("x/a.pkt", "a.pkt"))));
    for (String tag : List.of("RFC1-MUST-1", "RFC1-MUST-9", "RFC1-2.1", "RFC2-MUST-9")) {
      tests.put(tag, new TreeSet<>(List.of(new TaggedTests.Place("x/T.java", "T.shows"))));
    }
    SortedMap<Integer, Catalogue.Rfc> rfcs = new TreeMap<>(Map.of(1, rfc));
    RequirementDocuments documents =
        new RequirementDocuments(
            new Catalogue(rfcs), tests, Map.of("Here", "x/Here.java", "Nowhere2", "x"));
    assertThat(documents.faults())
        .containsExactly(
            "no test is tagged RFC1-MUST-2: has none",
            "no test is tagged RFC1-MUST-3: has a reason",
            "RFC1-SHLD-1 names a class that is not there: Nowhere",
            "neither a test nor a reason has RFC1-SHLD-2",
            "a test is tagged RFC1-MUST-9, which the catalogue does not know");
    assertThat(documents.pages().get("1.md"))
        .contains("| MUST-1 | MUST | 2 | has a test | [`Here`](../../x/Here.java) | [`T.shows`]")
        .contains("| MUST-3 | MUST | has a reason | reason |")
        .contains("[`a.pkt`](../../x/a.pkt) (in part) |")
        .contains("| 2.1 | [`T.shows`]");
    assertThat(documents.pages().get("README.md"))
        .contains("| [1](1.md) | Title | 1 | 2 | 1 | 0 | 1 | 1 | 0 |")
        .contains("| all | 1 RFCs | 1 | 2 | 1 | 0 | 1 | 1 | 0 |")
        .contains("| 2 | MUST-9 | [`T.shows`]");
  }

  @Test
  void aScriptSaysWhatItShowsInAComment() {
    assertThat(TaggedScripts.tags("// RFC 9293 3.8.3 MUST-20, SHLD-9"))
        .containsExactly("RFC9293-MUST-20", "RFC9293-SHLD-9");
    assertThat(TaggedScripts.tags("  // RFC 5961 3.2-EXACT")).containsExactly("RFC5961-3.2-EXACT");
    assertThat(TaggedScripts.tags("// RFC 9293 3.10.7.4")).containsExactly("RFC9293-3.10.7.4");
    assertThat(TaggedScripts.tags("// RFC 2525 2.17, RFC 9293 3.6.1 MUST-13: prose, 3.4: MUST-1"))
        .containsExactly("RFC2525-2.17", "RFC9293-MUST-13");
    assertThat(TaggedScripts.tags("// RFC 9293 MUST-24 to MUST-27: prose")).isEmpty();
    assertThat(TaggedScripts.tags("// RFC 9293: prose")).isEmpty();
    assertThat(TaggedScripts.tags("// RFC 9293 SYN-RECEIVED: prose")).isEmpty();
    assertThat(TaggedScripts.tags("// RFC 9293 section 3.8.3: MUST-20 is ...")).isEmpty();
    assertThat(TaggedScripts.tags("+0 < S 0:0(0) win 100 // RFC 9293 MUST-20")).isEmpty();
  }

  /** The check must not be one that always passes: it is tried on a repository of a few files. */
  @Test
  void aScriptWithAnUnknownRequirementIsAFault(@TempDir Path root) throws IOException {
    Path scripts = Files.createDirectories(root.resolve("scripts/sub"));
    Files.writeString(scripts.resolve("a.pkt"), "// RFC 1 MUST-1\n0 socket(...) = 3\n");
    Files.writeString(scripts.resolve("b.pkt"), "// RFC 1 MUST-7\n");
    Files.writeString(scripts.resolve("c.pkt"), "// RFC 1 MUST-8\n");
    Files.writeString(root.resolve("scripts/deviations.txt"), "# Does not pass\nsub/c.pkt\n");
    SortedMap<String, SortedSet<TaggedTests.Place>> tests = new TreeMap<>();
    TaggedScripts.add(root, "scripts", tests);
    Catalogue.Rfc rfc = Catalogue.parse(1, List.of("# Title", "MUST-1 | MUST | 2 | shown | "));
    RequirementDocuments documents =
        new RequirementDocuments(new Catalogue(new TreeMap<>(Map.of(1, rfc))), tests, Map.of());
    assertThat(documents.faults())
        .containsExactly("a test is tagged RFC1-MUST-7, which the catalogue does not know");
    assertThat(documents.pages().get("1.md"))
        .contains("| MUST-1 | MUST | 2 | shown |  | [`sub/a.pkt`](../../scripts/sub/a.pkt) |");
  }

  /**
   * A tag on a method that is no test, or that is disabled, shows nothing; nor does one of JUnit's
   * on a property, which jqwik then passes over.
   */
  @Test
  void aTagCountsOnATestThatRunsOnly(@TempDir Path root) throws IOException {
    Path classes = Files.createDirectories(root.resolve("core/target/test-classes/x"));
    byte[] type =
        ClassFile.of()
            .build(
                ClassDesc.of("x.Sample"),
                b -> {
                  method(b, "runs", Test.class);
                  method(b, "isDisabled", Test.class, Disabled.class);
                  method(b, "isNoTest");
                  method(b, "isPassedOver", Property.class);
                  method(b, net.jqwik.api.Tag.class, "isProperty", Property.class);
                });
    Files.write(classes.resolve("Sample.class"), type);
    assertThat(TaggedTests.find(root, "core"))
        .containsExactly(
            Map.entry("RFC1-isProperty", new TreeSet<>(List.of(place("isProperty")))),
            Map.entry("RFC1-runs", new TreeSet<>(List.of(place("runs")))));
  }

  private static TaggedTests.Place place(String method) {
    return new TaggedTests.Place("core/src/test/java/x/Sample.java", "Sample." + method);
  }

  private static void method(ClassBuilder type, String name, Class<?>... annotations) {
    method(type, Tag.class, name, annotations);
  }

  /** A method with a tag that has its name, and with other annotations. */
  private static void method(
      ClassBuilder type, Class<?> tag, String name, Class<?>... annotations) {
    List<Annotation> all = new ArrayList<>();
    all.add(
        Annotation.of(
            tag.describeConstable().orElseThrow(),
            AnnotationElement.ofString("value", "RFC1-" + name)));
    for (Class<?> each : annotations) {
      all.add(Annotation.of(each.describeConstable().orElseThrow()));
    }
    type.withMethod(
        name,
        ConstantDescs.MTD_void,
        ClassFile.ACC_ABSTRACT,
        method -> method.with(RuntimeVisibleAnnotationsAttribute.of(all)));
  }

  /** Where the sources of core are, by simple name. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    Path main = ROOT.resolve("core/src/main/java");
    try (Stream<Path> files = Files.walk(main)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        String path = ROOT.relativize(file).toString().replace('\\', '/');
        sources.put(name, path);
      }
    }
    return sources;
  }

  private static void write(SortedMap<String, String> pages) throws IOException {
    Files.createDirectories(PAGES);
    for (Path old : committed()) {
      Files.delete(old);
    }
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Files.writeString(PAGES.resolve(page.getKey()), page.getValue());
    }
  }

  private static List<Path> committed() throws IOException {
    if (!Files.isDirectory(PAGES)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(PAGES)) {
      return files.toList();
    }
  }

  private static List<String> outOfDate(SortedMap<String, String> pages) throws IOException {
    List<String> stale = new ArrayList<>();
    for (Path old : committed()) {
      if (!pages.containsKey(old.getFileName().toString())) {
        stale.add(old.getFileName() + ": not wanted any more");
      }
    }
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Path file = PAGES.resolve(page.getKey());
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      page.getValue()
          .lines()
          .filter(line -> !lines.contains(line))
          .forEach(line -> stale.add(page.getKey() + " lacks: " + line));
      lines.stream()
          .filter(line -> page.getValue().lines().noneMatch(line::equals))
          .forEach(line -> stale.add(page.getKey() + " still says: " + line));
    }
    return stale;
  }
}
