// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.PrintStream;

/**
 * One JSON object for programs, printed at the end. In {@code rows}, a value that does not exist or
 * would not mean anything is null; {@code bar} is a number where the ratio has to reach it, and a
 * text such as {@code "<= 2048"} where ours alone must not pass it.
 */
final class JsonReport implements Report {
  private final PrintStream out;
  private final JsonObject root = new JsonObject();
  private final JsonArray rows = new JsonArray();
  private final JsonArray garbage = new JsonArray();
  private final JsonArray failures = new JsonArray();

  JsonReport(PrintStream out, Machine machine, Congestion congestion, Effort effort) {
    this.out = out;
    root.add("rows", rows);
    root.addProperty("rounds", effort.rounds());
    root.addProperty("cores", machine.cores());
    root.addProperty("cpu", machine.cpu());
    root.addProperty("operatingSystem", machine.operatingSystem());
    root.addProperty("java", machine.java());
    root.addProperty("collector", machine.collector());
    root.addProperty("heapMebibytes", machine.heapMebibytes());
    root.addProperty("carriers", machine.carriers());
    JsonObject control = new JsonObject();
    control.addProperty("kernel", congestion.kernel());
    control.addProperty("machineDefault", congestion.machineDefault());
    control.addProperty("loopstack", congestion.loopstack());
    control.addProperty("warning", congestion.warning());
    root.add("congestionControl", control);
    root.add("garbagePerOperation", garbage);
    root.add("failures", failures);
  }

  @Override
  public void begin() {}

  @Override
  public void add(Result result) {
    rows.add(row(result));
    JsonObject bytes = new JsonObject();
    bytes.addProperty("name", result.row().name());
    bytes.add("kernel", number(result.kernel().garbage()));
    bytes.add("loopstack", number(result.ours().garbage()));
    garbage.add(bytes);
    if (result.failure() != null) {
      JsonObject failure = new JsonObject();
      failure.addProperty("name", result.row().name());
      failure.addProperty("reason", result.failure());
      failures.add(failure);
    }
  }

  private static JsonObject row(Result result) {
    JsonObject row = new JsonObject();
    row.addProperty("name", result.row().name());
    row.addProperty("unit", result.row().unit().text());
    row.add("kernel", number(result.kernel().median()));
    row.add("loopstack", number(result.ours().median()));
    row.add("ratio", number(result.ratio().orElse(Double.NaN)));
    row.add("bar", bar(result.row().bar()));
    row.add("spread", number(result.spread()));
    return row;
  }

  private static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  private static JsonElement bar(Bar bar) {
    return switch (bar) {
      case Bar.None _ -> JsonNull.INSTANCE;
      case Bar.AtLeast(double ratio) -> new JsonPrimitive(ratio);
      case Bar.AtMost(double value) -> new JsonPrimitive("<= " + Math.round(value));
    };
  }

  @Override
  public void end() {
    out.println(
        new GsonBuilder()
            .serializeNulls()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .create()
            .toJson(root));
    out.flush();
  }
}
