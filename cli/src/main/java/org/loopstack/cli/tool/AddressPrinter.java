// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.loopstack.StackSnapshot;
import org.loopstack.StackSnapshot.Address;
import org.loopstack.StackSnapshot.Interface;

/** Prints interfaces as iproute2's {@code ip addr} and {@code ip -j addr} do. */
public final class AddressPrinter {
  private AddressPrinter() {}

  /** The text layout, each line ended. */
  public static String text(List<Interface> interfaces) {
    StringBuilder text = new StringBuilder();
    for (Interface one : interfaces) {
      appendLink(text, one);
      for (Address address : one.addresses()) {
        appendAddress(text, address);
      }
    }
    return text.toString();
  }

  private static void appendLink(StringBuilder text, Interface one) {
    text.append(one.index())
        .append(": ")
        .append(one.name())
        .append(": <")
        .append(String.join(",", one.flags()))
        .append("> mtu ")
        .append(one.mtu())
        .append(" qdisc ")
        .append(one.qdisc())
        .append(" state ")
        .append(one.state())
        .append(" group ")
        .append(one.group())
        .append(" qlen ")
        .append(one.queueLength())
        .append("\n    link/")
        .append(one.linkType());
    if (one.hardwareAddress() != null) {
      text.append(' ').append(one.hardwareAddress());
    }
    if (one.hardwareBroadcast() != null) {
      text.append(" brd ").append(one.hardwareBroadcast());
    }
    text.append('\n');
  }

  private static void appendAddress(StringBuilder text, Address address) {
    text.append("    ").append(family(address)).append(' ').append(address.address());
    text.append('/').append(address.prefixLength());
    if (address.broadcast() != null) {
      text.append(" brd ").append(address.broadcast());
    }
    text.append(" scope ").append(address.scope());
    if (address.deprecated()) {
      text.append(" deprecated");
    }
    if (address.label() != null) {
      text.append(' ').append(address.label());
    }
    text.append("\n       valid_lft ").append(lifetime(address.validLifetime()));
    text.append(" preferred_lft ").append(lifetime(address.preferredLifetime())).append('\n');
  }

  private static String lifetime(long seconds) {
    return seconds == StackSnapshot.FOREVER ? "forever" : seconds + "sec";
  }

  /** The JSON array on one line, ended. */
  public static String json(List<Interface> interfaces) {
    JsonArray all = new JsonArray();
    interfaces.forEach(one -> all.add(json(one)));
    return all + "\n";
  }

  private static JsonObject json(Interface one) {
    JsonObject json = new JsonObject();
    json.addProperty("ifindex", one.index());
    json.addProperty("ifname", one.name());
    JsonArray flags = new JsonArray();
    one.flags().forEach(flags::add);
    json.add("flags", flags);
    json.addProperty("mtu", one.mtu());
    json.addProperty("qdisc", one.qdisc());
    json.addProperty("operstate", one.state());
    json.addProperty("group", one.group());
    json.addProperty("txqlen", one.queueLength());
    json.addProperty("link_type", one.linkType());
    if (one.hardwareAddress() != null) {
      json.addProperty("address", one.hardwareAddress());
    }
    if (one.hardwareBroadcast() != null) {
      json.addProperty("broadcast", one.hardwareBroadcast());
    }
    JsonArray addresses = new JsonArray();
    one.addresses().forEach(address -> addresses.add(json(address)));
    json.add("addr_info", addresses);
    return json;
  }

  private static JsonObject json(Address address) {
    JsonObject json = new JsonObject();
    json.addProperty("family", family(address));
    json.addProperty("local", address.address().toString());
    json.addProperty("prefixlen", address.prefixLength());
    if (address.broadcast() != null) {
      json.addProperty("broadcast", address.broadcast().toString());
    }
    json.addProperty("scope", address.scope());
    if (address.deprecated()) {
      json.addProperty("deprecated", true);
    }
    if (address.label() != null) {
      json.addProperty("label", address.label());
    }
    json.addProperty("valid_life_time", address.validLifetime());
    json.addProperty("preferred_life_time", address.preferredLifetime());
    return json;
  }

  private static String family(Address address) {
    return address.address().isIpv6() ? "inet6" : "inet";
  }
}
