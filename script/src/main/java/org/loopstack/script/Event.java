// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import org.jspecify.annotations.Nullable;

/** One step of a script. */
sealed interface Event {
  /** When. */
  EventTime time();

  /** Where it is written. */
  Position position();

  /** The line on which it begins, as it is written. */
  String text();

  /** A packet that the script sends to the stack, or that it expects from it. */
  record PacketEvent(EventTime time, Position position, String text, PacketSpec packet)
      implements Event {}

  /**
   * A system call.
   *
   * @param end when a blocking call returns, nanoseconds on the scale of the event's time; null for
   *     a call that does not block
   */
  record CallEvent(
      EventTime time, Position position, String text, CallSpec call, @Nullable Long end)
      implements Event {}

  /** A shell command in back quotes. */
  record CommandEvent(EventTime time, Position position, String text, String command)
      implements Event {}

  /** Assertions over TCP_INFO. */
  record CodeEvent(EventTime time, Position position, String text, String code) implements Event {}
}
