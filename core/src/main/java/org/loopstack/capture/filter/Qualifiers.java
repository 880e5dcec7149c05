// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

/**
 * What stands in front of an address, a port or a number: "which kind of thing the id name or
 * number refers to".
 *
 * @param protocol as {@code tcp}; empty for any
 * @param direction which end
 * @param type what the id is
 */
record Qualifiers(String protocol, End direction, IdKind type) {
  /** Which of the two ends of a datagram. */
  enum End {
    /** Where it is from. */
    SOURCE,
    /** Where it goes. */
    DESTINATION,
    /** One of the two. */
    EITHER,
    /** Both. */
    BOTH
  }

  /** What an id is. */
  enum IdKind {
    /** The address of a host. */
    HOST,
    /** A prefix. */
    NET,
    /** A port. */
    PORT,
    /** Ports, from one to another. */
    PORT_RANGE,
    /** A protocol over IP. */
    PROTOCOL
  }

  /** True of the ends that are meant, if these are true of the source and of the destination. */
  Condition ends(Condition source, Condition destination) {
    return switch (direction) {
      case SOURCE -> source;
      case DESTINATION -> destination;
      case EITHER -> source.or(destination);
      case BOTH -> source.and(destination);
    };
  }
}
