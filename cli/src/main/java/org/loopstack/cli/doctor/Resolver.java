// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/** What becomes of a name. */
public interface Resolver {
  /**
   * An answer.
   *
   * @param addresses in the order in which they are tried
   * @param nanos how long it took
   * @param failure why there is none, or null
   */
  record Answer(List<IpAddress> addresses, long nanos, @Nullable String failure) {
    /** Copies the list. */
    public Answer {
      addresses = List.copyOf(addresses);
    }

    /** In whole milliseconds. */
    public long millis() {
      return nanos / 1_000_000;
    }

    /** Whether all are the loopback's, and there is one. */
    public boolean isLoopback() {
      return !addresses.isEmpty() && addresses.stream().allMatch(IpAddress::isLoopback);
    }
  }

  /** By the C library, as most programs ask. */
  Answer system(String name);

  /** By Java. */
  Answer java(String name);
}
