// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.transport.Readiness;

/**
 * How much a writer may hand over now, and whether one waits to be told that it is more: SO_SNDBUF,
 * and the memory that all connections of a stack share. Guarded by the endpoint's lock.
 */
final class WriteRoom {
  private final TcpConnection connection;
  private final SendBuffer buffer;

  /** Whether a writer, or somebody who waits to become one, has found no room. */
  private boolean wanted;

  /** Whether the stack will tell when it has memory again. */
  private boolean awaitingMemory;

  WriteRoom(TcpConnection connection, SendBuffer buffer) {
    this.connection = connection;
    this.buffer = buffer;
  }

  /** How many bytes the user may hand over now; one who finds too little is told later. */
  int ask(int bytes) {
    int room = starves() ? 0 : Math.max(0, connection.settings.sendBuffer - buffer.size());
    if (room < bytes) {
      wanted = true;
    }
    return room;
  }

  /** Whether the stack has no memory for more than what is under way. */
  private boolean starves() {
    boolean starving = buffer.size() > 0 && connection.account.memory().isExhausted();
    if (starving && !awaitingMemory) {
      awaitingMemory = true;
      connection.awaitMemory();
    }
    return starving;
  }

  /** There is memory again: what the acknowledgments of one's own data may not tell for long. */
  void onMemoryReturned() {
    awaitingMemory = false;
    announce();
  }

  /** Whether a third of the buffer is free, as Linux asks before it wakes a writer. */
  boolean isEnough() {
    int capacity = connection.settings.sendBuffer;
    boolean enough = capacity - buffer.size() >= capacity / 3 && !starves();
    wanted |= !enough;
    return enough;
  }

  /** Tells a writer who waits for room if there is enough now. */
  void announce() {
    if (wanted && isEnough()) {
      wanted = false;
      connection.raise(Readiness.WRITE);
    }
  }

  /** Whether a writer waits. */
  boolean isWanted() {
    return wanted;
  }

  /** Whether neither a writer waits nor the stack is to tell us anything. */
  boolean isUnwanted() {
    return !wanted && !awaitingMemory;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    wanted = c.carry(wanted);
    awaitingMemory = c.carry(awaitingMemory);
  }
}
