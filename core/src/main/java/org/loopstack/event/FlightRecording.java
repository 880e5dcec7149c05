// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

/**
 * Whether the Flight Recorder wants to know of something: to be asked before an event is thought
 * of. While nobody records, the answer costs a look at a constant and at one flag. Safe for use by
 * many threads.
 */
public final class FlightRecording {
  /** A named module has {@code jdk.jfr} only if something else has brought it in. */
  private static final boolean AVAILABLE = isAvailable();

  private FlightRecording() {}

  private static boolean isAvailable() {
    try {
      Class<?> recorder =
          Class.forName("jdk.jfr.Event", false, FlightRecording.class.getClassLoader());
      return FlightRecording.class.getModule().canRead(recorder.getModule());
    } catch (ClassNotFoundException | LinkageError withoutModule) {
      return false;
    }
  }

  /** Whether openings of connections are wanted. */
  public static boolean ofOpenings() {
    return AVAILABLE && ConnectionOpenedEvent.PROBE.isEnabled();
  }

  /** Whether ends of handshakes are wanted. */
  public static boolean ofHandshakes() {
    return AVAILABLE && ConnectionEstablishedEvent.PROBE.isEnabled();
  }

  /** Whether ends of connections are wanted. */
  public static boolean ofClosings() {
    return AVAILABLE && ConnectionClosedEvent.PROBE.isEnabled();
  }

  /** Whether retransmissions are wanted. */
  public static boolean ofRetransmissions() {
    return AVAILABLE && RetransmissionEvent.PROBE.isEnabled();
  }

  /** Whether datagrams thrown away are wanted. */
  public static boolean ofDrops() {
    return AVAILABLE && DatagramDroppedEvent.PROBE.isEnabled();
  }

  /** Whether faults are wanted. */
  public static boolean ofFaults() {
    return AVAILABLE && FaultAppliedEvent.PROBE.isEnabled();
  }
}
