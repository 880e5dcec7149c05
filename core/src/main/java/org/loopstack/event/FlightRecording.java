// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.FlightRecorder;

/**
 * Whether the Flight Recorder wants to know of something: to be asked before an event is thought
 * of. While nobody records, the answer costs a look at a constant and at one flag. Safe for use by
 * many threads.
 *
 * <p>As long as nobody in the JVM has ever recorded, the events are not even loaded: the recorder
 * would learn of them, which takes it some 140 classes and a tenth of a second.
 */
public final class FlightRecording {
  /** A named module has {@code jdk.jfr} only if something else has brought it in. */
  private static final boolean AVAILABLE = isAvailable();

  private FlightRecording() {}

  private static boolean isAvailable() {
    try {
      // Not jdk.jfr.Event, which no archive of classes may hold.
      Class<?> recorder =
          Class.forName("jdk.jfr.FlightRecorder", false, FlightRecording.class.getClassLoader());
      return FlightRecording.class.getModule().canRead(recorder.getModule());
    } catch (ClassNotFoundException | LinkageError withoutModule) {
      return false;
    }
  }

  /** Whether anybody has begun to record since the JVM started. */
  private static boolean isBegun() {
    return AVAILABLE && FlightRecorder.isInitialized();
  }

  /** Whether openings of connections are wanted. */
  public static boolean ofOpenings() {
    return isBegun() && ConnectionOpenedEvent.PROBE.isEnabled();
  }

  /** Whether ends of handshakes are wanted. */
  public static boolean ofHandshakes() {
    return isBegun() && ConnectionEstablishedEvent.PROBE.isEnabled();
  }

  /** Whether ends of connections are wanted. */
  public static boolean ofClosings() {
    return isBegun() && ConnectionClosedEvent.PROBE.isEnabled();
  }

  /** Whether retransmissions are wanted. */
  public static boolean ofRetransmissions() {
    return isBegun() && RetransmissionEvent.PROBE.isEnabled();
  }

  /** Whether datagrams thrown away are wanted. */
  public static boolean ofDrops() {
    return isBegun() && DatagramDroppedEvent.PROBE.isEnabled();
  }

  /** Whether faults are wanted. */
  public static boolean ofFaults() {
    return isBegun() && FaultAppliedEvent.PROBE.isEnabled();
  }
}
