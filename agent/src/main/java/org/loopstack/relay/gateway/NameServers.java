// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.wire.IpAddress;

/** The name servers that this machine asks, as resolv.conf(5) has them. */
public final class NameServers {
  private static final Path FILE = Path.of("/etc/resolv.conf");

  private NameServers() {}

  /** Those of the file, in its order; none where it is missing or means nothing. */
  public static List<InetAddress> ofMachine() {
    try {
      return parse(Files.readAllLines(FILE));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Lines {@code nameserver ADDRESS}; one with a zone is left out, since it is somebody's link. */
  static List<InetAddress> parse(List<String> lines) {
    List<InetAddress> servers = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length >= 2 && words[0].equals("nameserver")) {
        try {
          servers.add(IpAddress.parse(words[1]).toInetAddress());
        } catch (IllegalArgumentException e) {
          // Not an address.
        }
      }
    }
    return List.copyOf(servers);
  }
}
