// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Prints what the doctor has found. */
public final class DoctorPrinter {
  private DoctorPrinter() {}

  /** For people: what was seen, why it matters, what mends it; and a line that sums it up. */
  public static String text(List<Doctor.Result> results, int checks, Duration time) {
    StringBuilder text = new StringBuilder();
    for (Doctor.Result each : results) {
      Finding finding = each.finding();
      text.append(finding.severity().text()).append(": ").append(finding.seen());
      text.append(" [").append(each.check()).append("]\n");
      line(text, "why", finding.why());
      line(text, "mend", finding.mend());
    }
    text.append(results.isEmpty() ? "" : "\n");
    return text.append(summary(results, checks, time)).toString();
  }

  private static void line(StringBuilder text, String what, String value) {
    if (!value.isEmpty()) {
      text.append(String.format(Locale.ROOT, "  %-6s%s%n", what + ":", value));
    }
  }

  private static String summary(List<Doctor.Result> results, int checks, Duration time) {
    long errors = count(results, Severity.ERROR);
    long warnings = count(results, Severity.WARNING);
    return String.format(
        Locale.ROOT,
        "%d checks in %.1f s: %s%n",
        checks,
        time.toMillis() / 1000.0,
        errors + warnings == 0
            ? "nothing is wrong"
            : plural(errors, "error") + ", " + plural(warnings, "warning"));
  }

  private static long count(List<Doctor.Result> results, Severity severity) {
    return results.stream().filter(r -> r.finding().severity() == severity).count();
  }

  private static String plural(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  /** For programs, on one line. */
  public static String json(List<Doctor.Result> results, int checks, Duration time) {
    JsonObject json = new JsonObject();
    json.addProperty("checks", checks);
    json.addProperty("seconds", time.toMillis() / 1000.0);
    json.addProperty("status", Doctor.exitStatus(results));
    JsonArray all = new JsonArray();
    for (Doctor.Result each : results) {
      JsonObject one = new JsonObject();
      one.addProperty("check", each.check());
      one.addProperty("severity", each.finding().severity().text());
      one.addProperty("seen", each.finding().seen());
      one.addProperty("why", each.finding().why());
      one.addProperty("mend", each.finding().mend());
      all.add(one);
    }
    json.add("findings", all);
    return json + "\n";
  }
}
