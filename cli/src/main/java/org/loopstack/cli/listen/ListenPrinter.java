// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.loopstack.cli.machine.MachineProcess;

/** Prints listeners as a table, a line each, or as JSON. */
public final class ListenPrinter {
  private static final String[] HEADER = {
    "PROTO", "ADDRESS", "PORT", "REACHED BY", "PROCESS", "USER", "WHERE"
  };

  private ListenPrinter() {}

  /** A table, and below it what is wrong. */
  public static String text(List<Listener> listeners) {
    Set<List<String>> rows = new LinkedHashSet<>();
    rows.add(List.of(HEADER));
    listeners.forEach(each -> rows.add(cells(each)));
    int[] widths = new int[HEADER.length];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    warnings(listeners).forEach(each -> text.append(each).append('\n'));
    return text.toString();
  }

  private static List<String> cells(Listener l) {
    return List.of(
        l.protocol(),
        l.address(),
        Integer.toString(l.socket().localPort()),
        l.scope().text(),
        l.process(),
        l.user(),
        l.place());
  }

  private static List<String> warnings(List<Listener> listeners) {
    Set<String> lines = new LinkedHashSet<>();
    for (Listener each : listeners) {
      if (each.warning() != null) {
        lines.add("warning: port " + each.socket().localPort() + ": " + each.warning());
      }
    }
    return new ArrayList<>(lines);
  }

  /** One listener on a line, as {@code tcp 127.0.0.1:8080, this machine, java 4711, alice}. */
  public static String line(Listener l) {
    String place = l.place().equals("-") ? "" : ", " + l.place();
    return l.protocol()
        + " "
        + l.address()
        + ":"
        + l.socket().localPort()
        + ", "
        + l.scope().text()
        + ", "
        + l.process()
        + ", "
        + l.user()
        + place
        + (l.warning() == null ? "" : " (warning: " + l.warning() + ")");
  }

  /** An array on one line. */
  public static String json(List<Listener> listeners) {
    JsonArray all = new JsonArray();
    listeners.forEach(each -> all.add(object(each)));
    return all + "\n";
  }

  static JsonObject object(Listener l) {
    JsonObject json = new JsonObject();
    json.addProperty("protocol", l.protocol());
    json.addProperty("address", l.socket().local().toString());
    json.addProperty("port", l.socket().localPort());
    json.addProperty("ipv6_only", l.socket().ipv6() && l.socket().ipv6Only());
    if (l.link() != null) {
      json.addProperty("interface", l.link());
    }
    json.addProperty("scope", l.scope().name().toLowerCase(Locale.ROOT));
    json.addProperty("user", l.user());
    JsonArray processes = new JsonArray();
    for (MachineProcess each : l.processes()) {
      JsonObject process = new JsonObject();
      process.addProperty("pid", each.pid());
      process.addProperty("name", each.name());
      process.addProperty("command_line", each.commandLine());
      if (each.container() != null) {
        process.addProperty("container", each.container());
      }
      processes.add(process);
    }
    json.add("processes", processes);
    if (l.namespace() != null) {
      json.addProperty("namespace", l.namespace());
    }
    if (l.warning() != null) {
      json.addProperty("warning", l.warning());
    }
    return json;
  }
}
