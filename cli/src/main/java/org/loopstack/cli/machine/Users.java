// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.HashMap;
import java.util.Map;

/** The names of the machine's users, of {@code /etc/passwd}. Immutable. */
public final class Users {
  private final Map<Integer, String> names = new HashMap<>();

  /** Reads them. */
  public Users(MachineFiles files) {
    for (String line : files.lines("etc/passwd")) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && fields[2].matches("[0-9]{1,9}")) {
        names.putIfAbsent(Integer.parseInt(fields[2]), fields[0]);
      }
    }
  }

  /** A user's name, or the number of one that has none. */
  public String name(int uid) {
    return names.getOrDefault(uid, Integer.toUnsignedString(uid));
  }
}
