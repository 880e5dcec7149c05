// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.loopstack.StackSnapshot;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Faults;

/** What a test leaves: its packets, and in words all that led there. */
final class TestReport {
  /** How many of the last packets are printed; the file has all that are kept. */
  private static final int PRINTED = 100;

  private final TestStack test;
  private final ExtensionContext context;
  private final @Nullable Throwable failure;
  private final List<String> leaks;
  private final StackSnapshot snapshot;
  private final List<CapturedPacket> packets;

  TestReport(
      TestStack test, ExtensionContext context, @Nullable Throwable failure, List<String> leaks) {
    this.test = test;
    this.context = context;
    this.failure = failure;
    this.leaks = leaks;
    this.snapshot = test.stack().snapshot();
    this.packets = test.packets().packets();
  }

  /** Writes both files and says where the text is. */
  Path write() throws IOException {
    Path folder = folder();
    Files.createDirectories(folder);
    Path text = folder.resolve(fileName() + ".txt").toAbsolutePath();
    test.packets().saveTo(packetsBeside(text));
    Files.writeString(text, text());
    return text;
  }

  private static Path packetsBeside(Path text) {
    return text.resolveSibling(text.getFileName().toString().replaceFirst("\\.txt$", ".pcapng"));
  }

  /** A few lines that say where to look. */
  String summary(Path text) {
    return "  packets: "
        + packetsBeside(text)
        + " ("
        + packets.size()
        + ")\n  sockets, rules, counters: "
        + text
        + "\n  seed: "
        + test.plan().seed()
        + " (repeat with -Dloopstack.seed="
        + test.plan().seed()
        + ")";
  }

  private Path folder() {
    Optional<String> given = context.getConfigurationParameter("loopstack.reports");
    if (given.isPresent()) {
      return Path.of(given.get());
    }
    if (Files.isDirectory(Path.of("target"))) {
      return Path.of("target", "surefire-reports");
    }
    if (Files.isDirectory(Path.of("build"))) {
      return Path.of("build", "test-results", "loopstack");
    }
    return Path.of(System.getProperty("java.io.tmpdir"), "loopstack-reports");
  }

  /** The test's name; invocations of one method get theirs and a number that tells them apart. */
  private String fileName() {
    String name = LoopbackExtension.name(context);
    String display = context.getDisplayName();
    if (!display.equals(context.getRequiredTestMethod().getName() + "()")
        && context.getUniqueId().contains("invocation:")) {
      name += "-" + display + "-" + Integer.toHexString(context.getUniqueId().hashCode());
    }
    String safe = name.replaceAll("[^A-Za-z0-9._$-]+", "_");
    return safe.length() <= 180
        ? safe
        : safe.substring(0, 170) + Integer.toHexString(context.getUniqueId().hashCode());
  }

  /** All that there is to say. */
  String text() {
    StringBuilder all = new StringBuilder();
    TestStack.Plan plan = test.plan();
    all.append(LoopbackExtension.name(context)).append(" ").append(context.getDisplayName());
    section(all, "Failure", stackTrace());
    VirtualClock clock = test.clock();
    section(
        all,
        "World",
        plan.world()
            + ", seed "
            + plan.seed()
            + (clock == null
                ? ", real time"
                : ", virtual time " + Duration.ofNanos(clock.nanos()) + " after the start"));
    section(all, "Fault rules", rules());
    section(all, "Sockets when the test was over", SocketTable.print(snapshot));
    section(all, "Left open", leaks.isEmpty() ? "nothing" : String.join("\n", leaks));
    section(all, "Interfaces", interfaces());
    section(all, "Thrown away", snapshot.drops().isEmpty() ? "nothing" : drops());
    section(all, "Counters", counters());
    section(all, "Last packets", PacketLines.last(packets, PRINTED));
    return all.append('\n').toString();
  }

  private static void section(StringBuilder all, String title, String body) {
    all.append("\n\n")
        .append(title)
        .append('\n')
        .append(body.stripTrailing().indent(2).stripTrailing());
  }

  private String stackTrace() {
    if (failure == null) {
      return "none";
    }
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private String rules() {
    Faults faults = test.stack().loopback().faults();
    StringBuilder text = new StringBuilder("seed " + faults.seed());
    for (FaultHandle each : faults.list()) {
      text.append('\n').append(each);
    }
    return faults.list().isEmpty() ? "none" : text.toString();
  }

  private String interfaces() {
    StringBuilder text = new StringBuilder();
    for (StackSnapshot.Interface each : snapshot.interfaces()) {
      StackSnapshot.Counters c = each.counters();
      text.append(each.name())
          .append(' ')
          .append(each.flags())
          .append(" mtu ")
          .append(each.mtu())
          .append(" received ")
          .append(c.receivedPackets())
          .append(" sent ")
          .append(c.transmittedPackets())
          .append(" dropped ")
          .append(c.dropped())
          .append('\n');
      each.addresses()
          .forEach(
              a ->
                  text.append("  ")
                      .append(a.address())
                      .append('/')
                      .append(a.prefixLength())
                      .append('\n'));
    }
    return text.toString();
  }

  private String drops() {
    StringBuilder text = new StringBuilder();
    snapshot
        .drops()
        .forEach((reason, count) -> text.append(count).append(' ').append(reason).append('\n'));
    return text.toString();
  }

  /** Those that are not zero, by the names of {@code nstat}. */
  private String counters() {
    StringBuilder text = new StringBuilder();
    snapshot
        .counters()
        .forEach(
            (name, value) -> {
              if (value != 0) {
                text.append(String.format(Locale.ROOT, "%-32s%d%n", name, value));
              }
            });
    return text.isEmpty() ? "all zero" : text.toString();
  }
}
