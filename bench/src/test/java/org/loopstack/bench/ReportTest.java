// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.bench.rows.Rows;

class ReportTest {
  private static final Machine MACHINE =
      new Machine(2, "Some \"CPU\"", "Linux 6", "25 (Some)", "G1", 1024, 2);
  private static final Effort EFFORT = new Effort(3, 1, 1, true);
  private static final Congestion CUBIC = new Congestion(null, "cubic", "bbr", "NewReno", "");
  private static final Congestion BBR =
      new Congestion(null, "bbr", "bbr", "NewReno", "the kernel's side does not use CUBIC");

  private static Result result(Bar bar, double kernel, double... ours) {
    Row row = new FakeRow(Unit.MICROSECONDS, bar, side -> 1);
    double[] kernels = new double[ours.length];
    Arrays.fill(kernels, kernel);
    return new Result(row, new Series(10, kernels), new Series(Double.NaN, ours), null);
  }

  private static String print(Function<PrintStream, Report> report, Result... results) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Report to = report.apply(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    to.begin();
    for (Result result : results) {
      to.add(result);
    }
    to.end();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String table(Congestion congestion, Result... results) {
    return print(out -> new TableReport(out, MACHINE, congestion, EFFORT), results);
  }

  private static JsonObject json(Result... results) {
    return JsonParser.parseString(
            print(out -> new JsonReport(out, MACHINE, CUBIC, EFFORT), results))
        .getAsJsonObject();
  }

  @Test
  void jsonRowHasExactlyTheSevenFields() {
    JsonObject root = json(result(new Bar.AtLeast(6), 10, 5, 5, 5));
    JsonObject row = root.getAsJsonArray("rows").get(0).getAsJsonObject();
    assertThat(row.keySet())
        .containsExactly("name", "unit", "kernel", "loopstack", "ratio", "bar", "spread");
    assertThat(row.get("ratio").getAsDouble()).isEqualTo(2);
    assertThat(row.get("bar").getAsDouble()).isEqualTo(6);
    assertThat(row.get("spread").getAsDouble()).isZero();
    assertThat(root.get("cpu").getAsString()).isEqualTo("Some \"CPU\"");
    assertThat(root.getAsJsonObject("congestionControl").get("kernel").getAsString())
        .isEqualTo("cubic");
  }

  @Test
  void jsonHasNoRatioWhereItIsTooNoisyOrFailed() {
    Row row = new FakeRow(Unit.MICROSECONDS, new Bar.AtMost(7), side -> 1);
    JsonObject root = json(result(new Bar.None(), 10, 1, 20, 90), Result.failed(row, "broke"));
    JsonObject noisy = root.getAsJsonArray("rows").get(0).getAsJsonObject();
    JsonObject failed = root.getAsJsonArray("rows").get(1).getAsJsonObject();
    assertThat(noisy.get("ratio").isJsonNull()).isTrue();
    assertThat(noisy.get("spread").getAsDouble()).isGreaterThan(0.5);
    assertThat(noisy.get("bar").isJsonNull()).isTrue();
    assertThat(failed.get("kernel").isJsonNull()).isTrue();
    assertThat(failed.get("bar").getAsString()).isEqualTo("<= 7");
    assertThat(root.getAsJsonArray("failures").get(0).getAsJsonObject().get("reason").getAsString())
        .isEqualTo("broke");
  }

  @Test
  void tableShowsRatioBarAndSpread() {
    assertThat(table(CUBIC, result(new Bar.AtLeast(6), 10, 5, 5, 5)))
        .containsPattern("made up +us +10\\.0 +5\\.00 +2\\.00 x +>= 6 x +0 % +10 B +-\n")
        .contains("kernel cubic (the machine's default is bbr), loopstack NewReno")
        .contains("Not at the bar: 1 of 1 rows")
        .doesNotContain("NOTE");
  }

  @Test
  void tableRefusesARatioInNoise() {
    assertThat(table(CUBIC, result(new Bar.None(), 10, 1, 20, 90)))
        .contains("too noisy")
        .doesNotContain(" x ");
  }

  @Test
  void tableSaysPlainlyThatTheKernelDoesNotUseCubic() {
    assertThat(table(BBR)).contains("NOTE: the kernel's side does not use CUBIC");
  }

  private static String comparison(Result... results) {
    return print(out -> new ComparisonReport(out, MACHINE, EFFORT, "old", "new"), results);
  }

  @Test
  void comparisonCallsSlowerWhatLiesBelowTheSpread() {
    assertThat(comparison(result(new Bar.None(), 10, 12, 12, 12)))
        .containsPattern("made up +us +10\\.0 +12\\.0 +0\\.833 x +0 % +SLOWER")
        .contains("Slower than before: made up.");
    assertThat(comparison(result(new Bar.None(), 10, 10.3, 10.3, 10.3)))
        .contains("Nothing is slower than before.");
    assertThat(comparison(result(new Bar.None(), 10, 10, 12, 14)))
        .as("a spread of 17 %, a ratio of 0.83")
        .contains("Nothing is slower than before.");
    assertThat(comparison(result(new Bar.None(), 10, 5, 5, 5)))
        .containsPattern("2\\.00 x +0 % +faster");
  }

  @Test
  void comparisonSaysOfWhatNothingCanBeSaid() {
    Row row = new FakeRow(Unit.MICROSECONDS, new Bar.None(), side -> 1);
    assertThat(comparison(result(new Bar.None(), 10, 1, 20, 90), Result.failed(row, "broke")))
        .contains("too noisy", "FAILED: broke", "Nothing can be said of: made up; made up.");
  }

  @Test
  void markdownReplacesWhatStandsBetweenItsMarks(@TempDir Path folder) throws IOException {
    Path document = folder.resolve("performance.md");
    Files.writeString(
        document, "before\n" + MarkdownReport.BEGIN + "\nold\n" + MarkdownReport.END + "\nafter\n");
    String shown =
        print(
            out ->
                new MarkdownReport(
                    new TableReport(out, MACHINE, CUBIC, EFFORT), document, MACHINE, CUBIC, EFFORT),
            result(new Bar.AtLeast(6), 10, 5, 5, 5));
    assertThat(shown).contains("made up");
    assertThat(Files.readString(document))
        .startsWith("before\n" + MarkdownReport.BEGIN + "\n2 cores, Some \"CPU\"")
        .contains("| made up | 10.0 us | **5.00 us** | 2.00 x | >= 6 x, missed | 0 % | - |")
        .endsWith(MarkdownReport.END + "\nafter\n")
        .doesNotContain("old");
  }

  @Test
  void markdownRefusesADocumentWithoutItsMarks(@TempDir Path folder) throws IOException {
    Path document = Files.writeString(folder.resolve("other.md"), "text\n");
    assertThatThrownBy(
            () ->
                print(
                    out ->
                        new MarkdownReport(
                            new TableReport(out, MACHINE, CUBIC, EFFORT),
                            document,
                            MACHINE,
                            CUBIC,
                            EFFORT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("other.md");
    assertThat(Files.readString(document)).isEqualTo("text\n");
  }

  @Test
  void whatOtherStacksHaveShownIsAboutRowsThatThereAre() {
    assertThat(Rows.all().stream().map(Row::name)).containsAll(Models.rows());
  }
}
