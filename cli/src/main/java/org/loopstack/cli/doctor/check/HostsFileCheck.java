// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.wire.IpAddress;

/** Whether /etc/hosts says of localhost what the loopback has. */
public final class HostsFileCheck implements Check {
  private static final String HOSTS = "etc/hosts";
  private static final String LOCALHOST = "localhost";

  @Override
  public String name() {
    return "hosts-file";
  }

  /** A line, or a broken one. */
  private record Entry(int line, String text, @Nullable IpAddress address, List<String> names) {}

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    if (machine.files().text(HOSTS) == null) {
      return List.of(
          Finding.warning(
              "there is no /etc/hosts that can be read",
              "localhost has to be found otherwise, by DNS at worst",
              "printf '127.0.0.1 localhost\\n::1 localhost\\n' >> /etc/hosts"));
    }
    List<Entry> entries = read(machine.files().lines(HOSTS));
    List<Finding> found = new ArrayList<>();
    for (Entry each : entries) {
      if (each.address == null) {
        found.add(broken(each));
      } else if (each.names.contains(LOCALHOST)) {
        check(found, machine, each, each.address);
      }
    }
    checkPresence(found, machine, entries);
    return found;
  }

  private static List<Entry> read(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        String[] words = text.toLowerCase(Locale.ROOT).split("\\s+");
        List<String> names = Arrays.asList(words).subList(1, words.length);
        entries.add(new Entry(i + 1, text, parse(words[0]), names));
      }
    }
    return entries;
  }

  private static @Nullable IpAddress parse(String word) {
    try {
      // With a zone for a link-local address: fe80::1%lo0.
      return IpAddress.parse(word.replaceFirst("%.*", ""));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Finding broken(Entry entry) {
    return Finding.warning(
        "line " + entry.line + " of /etc/hosts begins with no address: " + entry.text,
        "its names mean nothing",
        "sed -i '" + entry.line + "d' /etc/hosts, or write it anew");
  }

  private static void check(List<Finding> found, Machine machine, Entry entry, IpAddress address)
      throws IOException {
    if (!address.isLoopback()) {
      found.add(
          Finding.error(
              "line " + entry.line + " of /etc/hosts says that localhost is " + address,
              "programs leave this machine, or fail, when they mean themselves",
              "sed -i '" + entry.line + "d' /etc/hosts"));
    } else if (!machine.has(address) && address.isIpv6()) {
      found.add(
          Finding.warning(
              "/etc/hosts says that localhost is " + address + ", which no interface has",
              "clients try it first and lose time; servers that bind to localhost may fail",
              "ip addr add " + address + "/128 dev lo, or take it out of line " + entry.line));
    }
  }

  private static void checkPresence(List<Finding> found, Machine machine, List<Entry> entries)
      throws IOException {
    boolean ipv4 = says(entries, IpAddress.IPV4_LOOPBACK);
    boolean ipv6 = says(entries, IpAddress.IPV6_LOOPBACK);
    if (!ipv4 && !ipv6) {
      found.add(
          Finding.warning(
              "/etc/hosts does not say what localhost is",
              "it has to be found otherwise, by DNS at worst, slowly or wrongly",
              "printf '127.0.0.1 localhost\\n::1 localhost\\n' >> /etc/hosts"));
    } else if (!ipv4) {
      found.add(
          Finding.warning(
              "/etc/hosts says that localhost is ::1 and not that it is 127.0.0.1",
              "clients do not find servers that listen on 127.0.0.1 alone",
              "echo '127.0.0.1 localhost' >> /etc/hosts"));
    } else if (!ipv6 && machine.has(IpAddress.IPV6_LOOPBACK)) {
      found.add(
          Finding.note(
              "/etc/hosts says that localhost is 127.0.0.1 and not that it is ::1",
              "clients that are told localhost do not find servers that listen on ::1 alone",
              "echo '::1 localhost' >> /etc/hosts"));
    }
  }

  private static boolean says(List<Entry> entries, IpAddress wanted) {
    for (Entry each : entries) {
      IpAddress address = each.address;
      if (address != null && address.equals(wanted) && each.names.contains(LOCALHOST)) {
        return true;
      }
    }
    return false;
  }
}
