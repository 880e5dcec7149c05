// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot.Interface;
import org.loopstack.StackSnapshot.Route;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/** Prints routes as iproute2's {@code ip route} and {@code ip -j route} do. */
public final class RoutePrinter {
  private record Line(Route route, boolean local, @Nullable String table) {}

  private final List<Interface> interfaces;
  private final List<Line> lines = new ArrayList<>();

  /** Nothing yet; the interfaces tell which routes came with an address. */
  public RoutePrinter(List<Interface> interfaces) {
    this.interfaces = interfaces;
  }

  /** Adds those of one IP version, of the main table. */
  public void add(List<Route> routes, boolean ipv6, @Nullable String table) {
    add(routes, ipv6, false, table);
  }

  /** The same of the local table. */
  public void addLocal(List<Route> routes, boolean ipv6, @Nullable String table) {
    add(routes, ipv6, true, table);
  }

  private void add(List<Route> routes, boolean ipv6, boolean local, @Nullable String table) {
    for (Route each : routes) {
      if (each.prefix().network().isIpv6() == ipv6) {
        lines.add(new Line(each, local, table));
      }
    }
  }

  /** One line each. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Line each : lines) {
      append(text, each);
    }
    return text.toString();
  }

  private void append(StringBuilder text, Line line) {
    Route route = line.route;
    boolean ipv6 = route.prefix().network().isIpv6();
    if (!route.type().equals("unicast")) {
      text.append(route.type()).append(' ');
    }
    text.append(destination(route)).append(' ');
    if (route.gateway() != null) {
      text.append("via ").append(route.gateway()).append(' ');
    }
    if (route.interfaceName() != null) {
      text.append("dev ").append(route.interfaceName()).append(' ');
    }
    if (line.table != null) {
      text.append("table ").append(line.table).append(' ');
    }
    if (isKernels(line)) {
      text.append("proto kernel ");
    }
    String scope = scope(line);
    if (!ipv6 && scope != null) {
      text.append("scope ").append(scope).append(' ');
    }
    if (!ipv6 && route.source() != null) {
      text.append("src ").append(route.source()).append(' ');
    }
    if (ipv6 || route.metric() != 0) {
      text.append("metric ").append(route.metric()).append(' ');
    }
    if (ipv6) {
      text.append("pref medium");
    }
    text.append('\n');
  }

  private static String destination(Route route) {
    IpPrefix prefix = route.prefix();
    if (prefix.length() == 0) {
      return "default";
    }
    boolean host = prefix.length() == (prefix.network().isIpv4() ? 32 : 128);
    return host ? prefix.network().toString() : prefix.toString();
  }

  /** Whether the route came with an address and not by somebody's wish. */
  private boolean isKernels(Line line) {
    Route route = line.route;
    if (line.local) {
      return true;
    }
    return route.gateway() == null
        && interfaces.stream()
            .filter(i -> i.name().equals(route.interfaceName()))
            .flatMap(i -> i.addresses().stream())
            .anyMatch(a -> IpPrefix.of(a.address(), a.prefixLength()).equals(route.prefix()));
  }

  private static @Nullable String scope(Line line) {
    Route route = line.route;
    return switch (route.type()) {
      case "local" -> "host";
      case "broadcast" -> "link";
      case "unicast" -> route.gateway() == null ? "link" : null;
      default -> null;
    };
  }

  /** An array of objects, on one line. */
  public String json() {
    JsonArray all = new JsonArray();
    for (Line each : lines) {
      all.add(json(each));
    }
    return all + "\n";
  }

  private JsonObject json(Line line) {
    Route route = line.route;
    boolean ipv6 = route.prefix().network().isIpv6();
    JsonObject json = begin(route);
    if (line.table != null) {
      json.addProperty("table", line.table);
    }
    if (isKernels(line)) {
      json.addProperty("protocol", "kernel");
    }
    String scope = scope(line);
    if (!ipv6 && scope != null) {
      json.addProperty("scope", scope);
    }
    if (!ipv6 && route.source() != null) {
      json.addProperty("prefsrc", route.source().toString());
    }
    if (ipv6 || route.metric() != 0) {
      json.addProperty("metric", route.metric());
    }
    json.add("flags", new JsonArray());
    if (ipv6) {
      json.addProperty("pref", "medium");
    }
    return json;
  }

  private static JsonObject begin(Route route) {
    JsonObject json = new JsonObject();
    if (!route.type().equals("unicast")) {
      json.addProperty("type", route.type());
    }
    json.addProperty("dst", destination(route));
    if (route.gateway() != null) {
      json.addProperty("gateway", route.gateway().toString());
    }
    if (route.interfaceName() != null) {
      json.addProperty("dev", route.interfaceName());
    }
    return json;
  }

  /**
   * The way that a datagram takes, as {@code ip route get} tells it.
   *
   * @param from what was asked for, or null
   */
  public static String way(Route way, @Nullable IpAddress from, boolean json) {
    boolean ipv6 = way.prefix().network().isIpv6();
    boolean local = way.type().equals("local");
    if (json) {
      JsonObject one = begin(way);
      if (from != null) {
        one.addProperty("from", from.toString());
      } else if (way.source() != null) {
        one.addProperty("prefsrc", way.source().toString());
      }
      one.add("flags", new JsonArray());
      JsonArray cache = new JsonArray();
      if (local) {
        cache.add("local");
      }
      one.add("cache", cache);
      JsonArray all = new JsonArray();
      all.add(one);
      return all + "\n";
    }
    StringBuilder text = new StringBuilder();
    if (!way.type().equals("unicast")) {
      text.append(way.type()).append(' ');
    }
    text.append(destination(way)).append(' ');
    if (from != null || ipv6) {
      text.append("from ").append(from == null ? "::" : from).append(' ');
    }
    if (way.gateway() != null) {
      text.append("via ").append(way.gateway()).append(' ');
    }
    text.append("dev ").append(way.interfaceName()).append(' ');
    if (ipv6) {
      text.append(local ? "table local proto kernel " : "");
    }
    if ((from == null || ipv6) && way.source() != null) {
      text.append("src ").append(way.source()).append(' ');
    }
    if (ipv6) {
      return text.append("metric ").append(way.metric()).append(" pref medium\n").toString();
    }
    return text.append("\n    cache ").append(local ? "<local> " : "").append('\n').toString();
  }
}
