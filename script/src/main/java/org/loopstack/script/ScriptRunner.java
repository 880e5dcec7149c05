// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.tcp.TcpConfiguration;

/**
 * Runs packet scripts: files in the language of packetdrill ({@code .pkt}) and our tables of them
 * ({@code .pktt}). Stateless; each script gets a host of its own, in virtual time.
 *
 * <pre>{@code
 * ScriptResult result = ScriptRunner.run(Path.of("handshake.pkt"), ScriptOptions.DEFAULT);
 * }</pre>
 */
public final class ScriptRunner {
  /** The clock of initial sequence numbers ticks every 4 microseconds (RFC 6528). */
  private static final long ISN_TICK = 4_000L;

  /**
   * A script that can be run.
   *
   * @param name the file, and for a table's script its cases
   * @param path the file
   * @param text the script
   */
  public record Case(String name, Path path, String text) {
    @Override
    public String toString() {
      return name;
    }
  }

  private ScriptRunner() {}

  /**
   * Runs one script.
   *
   * @param file a file with one script, not a table
   * @throws IOException if the file cannot be read
   */
  public static ScriptResult run(Path file, ScriptOptions options) throws IOException {
    List<Case> cases = cases(file);
    if (cases.size() != 1) {
      throw new IllegalArgumentException(file + " holds " + cases.size() + " scripts");
    }
    return run(cases.getFirst(), options);
  }

  /**
   * The scripts that a file holds, or all files below a folder, in the order of their names.
   *
   * @throws IOException if something cannot be read
   */
  public static List<Case> cases(Path fileOrFolder) throws IOException {
    if (!Files.isDirectory(fileOrFolder)) {
      return casesOf(fileOrFolder, fileOrFolder.getFileName().toString());
    }
    List<Case> all = new ArrayList<>();
    try (Stream<Path> files = Files.walk(fileOrFolder)) {
      for (Path each : files.sorted().toList()) {
        String name = each.getFileName().toString();
        if (name.endsWith(".pkt") || name.endsWith(".pktt")) {
          all.addAll(casesOf(each, fileOrFolder.relativize(each).toString()));
        }
      }
    }
    return all;
  }

  private static List<Case> casesOf(Path file, String name) throws IOException {
    String text = Files.readString(file);
    if (!name.endsWith(".pktt")) {
      return List.of(new Case(name, file, text));
    }
    List<Case> all = new ArrayList<>();
    for (Template.Expansion each : expand(file.getFileName().toString(), text)) {
      all.add(new Case(name + each.name(), file, each.text()));
    }
    return all;
  }

  private static List<Template.Expansion> expand(String file, String text) throws IOException {
    try {
      return Template.expand(file, text);
    } catch (ScriptException e) {
      throw new IOException(e.report(), e);
    }
  }

  /**
   * Runs many scripts, as many at a time as there are processors: they know nothing of each other.
   *
   * @param each is told of every result, in the order of the scripts, on the calling thread
   */
  public static ScriptSummary runAll(
      List<Case> cases, ScriptOptions options, Consumer<ScriptResult> each) {
    long begun = System.nanoTime();
    List<ScriptResult> results = new ArrayList<>();
    int threads = Math.clamp(cases.size(), 1, Runtime.getRuntime().availableProcessors());
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<ScriptResult>> running = new ArrayList<>();
      for (Case one : cases) {
        running.add(pool.submit(() -> run(one, options)));
      }
      for (Future<ScriptResult> one : running) {
        ScriptResult result = one.get();
        results.add(result);
        each.accept(result);
      }
    } catch (InterruptedException e) {
      // What has ended until now is told; the rest has been given up when the pool was closed.
      Thread.currentThread().interrupt();
    } catch (ExecutionException bug) {
      throw new IllegalStateException("A script's run has thrown", bug.getCause());
    }
    return new ScriptSummary(results, System.nanoTime() - begun);
  }

  /** Runs one script. Never throws on a script's content. */
  public static ScriptResult run(Case script, ScriptOptions options) {
    long begun = System.nanoTime();
    Map<String, String> defines = new HashMap<>(options.defines());
    defines.put(options.profile().equals("freebsd") ? "__FreeBSD__" : "__linux__", "1");
    defines.put(options.profile(), "1");
    try {
      Preprocessor preprocessor = new Preprocessor(defines);
      String file = script.path().getFileName().toString();
      List<Preprocessor.Line> lines =
          preprocessor.process(file, script.text(), script.path().toAbsolutePath().getParent());
      Presets.add(lines, options, defines);
      Script parsed = Parser.parse(script.name(), lines, defines);
      if (parsed.events().isEmpty()) {
        throw ScriptException.failed(new Position(file, 1), "nothing happens in this script");
      }
      Settings settings = Settings.of(parsed, options, defines);
      settings.directory = script.path().toAbsolutePath().getParent();
      TcpConfiguration profile = profile(settings.profile, parsed.events().getFirst().position());
      return attempt(parsed, settings, profile, lines, begun);
    } catch (ScriptException e) {
      return result(script.name(), e, "", List.of(), begun);
    }
  }

  private static ScriptResult attempt(
      Script script,
      Settings settings,
      TcpConfiguration profile,
      List<Preprocessor.Line> lines,
      long begun) {
    long start = 0;
    Long wanted = settings.localIsn;
    if (wanted != null) {
      // Initial sequence numbers follow a clock: one run tells how far it has to be set forward.
      try (ScriptRun probe = new ScriptRun(script, settings, profile, 0)) {
        Integer isn = isn(probe);
        if (isn != null) {
          start = (wanted - isn & 0xffff_ffffL) * ISN_TICK;
        }
      }
    }
    try (ScriptRun run = new ScriptRun(script, settings, profile, start)) {
      try {
        run.run();
        return new ScriptResult(
            script.name(), ScriptResult.Verdict.PASSED, "", run.trace(), System.nanoTime() - begun);
      } catch (ScriptException e) {
        return result(script.name(), e, source(lines, e) + notes(run), run.trace(), begun);
      } catch (RuntimeException bug) {
        ScriptException e =
            ScriptException.failed(
                script.events().getFirst().position(), "the stack or the runner threw " + bug);
        e.initCause(bug);
        return result(script.name(), e, "", run.trace(), begun);
      }
    }
  }

  private static @Nullable Integer isn(ScriptRun probe) {
    try {
      probe.run();
    } catch (RuntimeException shownByTheRealRun) {
      return probe.firstIsn();
    }
    return probe.firstIsn();
  }

  private static String source(List<Preprocessor.Line> lines, ScriptException e) {
    for (Preprocessor.Line each : lines) {
      if (e.report().startsWith(each.position() + ":")) {
        return "\n  script: " + each.text().strip();
      }
    }
    return "";
  }

  private static String notes(ScriptRun run) {
    StringBuilder text = new StringBuilder();
    for (String each : run.notes()) {
      text.append("\n  note: ").append(each);
    }
    return text.toString();
  }

  private static ScriptResult result(
      String name, ScriptException e, String source, List<String> trace, long begun) {
    boolean failed = e.kind() == ScriptException.Kind.FAILED;
    StringBuilder message = new StringBuilder(e.report()).append(source);
    if (failed && !trace.isEmpty()) {
      message.append("\n  packets until then:");
      for (String each : trace) {
        message.append("\n    ").append(each);
      }
    }
    return new ScriptResult(
        name,
        failed ? ScriptResult.Verdict.FAILED : ScriptResult.Verdict.SKIPPED,
        message.toString(),
        trace,
        System.nanoTime() - begun);
  }

  /** A preset of the configuration, by its name. */
  private static TcpConfiguration profile(String name, Position at) {
    try {
      Object preset = TcpConfiguration.class.getMethod(name).invoke(null);
      if (preset instanceof TcpConfiguration configuration) {
        return configuration;
      }
    } catch (ReflectiveOperationException | NullPointerException e) {
      throw ScriptException.unsupported(at, "there is no profile " + name);
    }
    throw ScriptException.unsupported(at, "there is no profile " + name);
  }
}
