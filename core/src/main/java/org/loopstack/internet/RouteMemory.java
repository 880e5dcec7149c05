// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * The latest answers to look-ups, so that those who ask the same have one route together and do not
 * search for it. A few places, each for whatever was asked last of those that fall on it; without a
 * lock, since an answer never changes and says itself whether it still holds.
 */
final class RouteMemory {
  private static final int PLACES = 64;

  private record Answer(
      IpAddress destination, IpAddress boundTo, int interfaceIndex, InternetRoute route) {
    boolean answers(IpAddress to, IpAddress from, int index) {
      return interfaceIndex == index
          && destination.equals(to)
          && boundTo.equals(from)
          && route.isCurrent();
    }
  }

  private final @Nullable Answer[] answers = new @Nullable Answer[PLACES];

  /** The route that was found for the same question in the same table, or null. */
  @Nullable InternetRoute find(IpAddress destination, IpAddress boundTo, int interfaceIndex) {
    Answer answer = answers[place(destination, boundTo)];
    return answer != null && answer.answers(destination, boundTo, interfaceIndex)
        ? answer.route
        : null;
  }

  /** Keeps an answer in the place of another. */
  void keep(IpAddress destination, IpAddress boundTo, int interfaceIndex, InternetRoute route) {
    answers[place(destination, boundTo)] = new Answer(destination, boundTo, interfaceIndex, route);
  }

  private static int place(IpAddress destination, IpAddress boundTo) {
    int hash = 31 * destination.hashCode() + boundTo.hashCode();
    return (hash ^ hash >>> 16 ^ hash >>> 8) & PLACES - 1;
  }
}
