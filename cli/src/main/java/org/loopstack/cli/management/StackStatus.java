// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a running stack tells about itself.
 *
 * @param name its name
 * @param pid the process it runs in
 * @param since when it came up
 * @param profile whose behaviour it shows, as "linux"
 * @param addresses its addresses with their prefix lengths, as text
 * @param published what can be reached from outside
 */
public record StackStatus(
    String name,
    long pid,
    Instant since,
    String profile,
    List<String> addresses,
    List<Published> published) {

  /** Copies the lists. */
  public StackStatus {
    addresses = List.copyOf(addresses);
    published = List.copyOf(published);
  }

  /**
   * A port of the machine's own loopback that leads to one of the stack.
   *
   * @param protocol "tcp" or "udp"
   * @param hostPort on the machine
   * @param port on the stack
   */
  public record Published(String protocol, int hostPort, int port) {
    @Override
    public String toString() {
      return hostPort + "->" + port + "/" + protocol;
    }
  }

  /** As one JSON object. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("pid", pid);
    json.addProperty("since", since.toString());
    json.addProperty("profile", profile);
    JsonArray all = new JsonArray();
    addresses.forEach(all::add);
    json.add("addresses", all);
    JsonArray ports = new JsonArray();
    for (Published one : published) {
      JsonObject port = new JsonObject();
      port.addProperty("protocol", one.protocol);
      port.addProperty("hostPort", one.hostPort);
      port.addProperty("port", one.port);
      ports.add(port);
    }
    json.add("published", ports);
    return json;
  }

  /** The other way. */
  public static StackStatus fromJson(JsonObject json) {
    List<String> addresses = new ArrayList<>();
    for (JsonElement address : json.getAsJsonArray("addresses")) {
      addresses.add(address.getAsString());
    }
    List<Published> published = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray("published")) {
      JsonObject port = element.getAsJsonObject();
      published.add(
          new Published(
              port.get("protocol").getAsString(),
              port.get("hostPort").getAsInt(),
              port.get("port").getAsInt()));
    }
    return new StackStatus(
        json.get("name").getAsString(),
        json.get("pid").getAsLong(),
        Instant.parse(json.get("since").getAsString()),
        json.get("profile").getAsString(),
        addresses,
        published);
  }
}
