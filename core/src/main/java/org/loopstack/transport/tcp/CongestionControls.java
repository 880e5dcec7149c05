// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.List;

/** The congestion-control algorithms there are, by the names of TCP_CONGESTION. */
final class CongestionControls {
  static final List<String> NAMES = List.of(Cubic.NAME, NewReno.NAME);

  private CongestionControls() {}

  static boolean isKnown(String name) {
    return NAMES.contains(name);
  }

  /** The algorithm of that name, by a profile's numbers. */
  static CongestionControl create(String name, TcpConfiguration configuration) {
    CongestionControl made = create(name);
    made.limitByteCounting(configuration.byteCountingLimit());
    return made;
  }

  private static CongestionControl create(String name) {
    return switch (name) {
      case Cubic.NAME -> new Cubic();
      case NewReno.NAME -> new NewReno();
      default -> throw new IllegalArgumentException("No such congestion control: " + name);
    };
  }
}
