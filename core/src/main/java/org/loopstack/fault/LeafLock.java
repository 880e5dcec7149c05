// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Guards what one rule remembers: counts, connections, datagrams that are held. Taken only after a
 * rule has matched, for a few instructions, possibly under an endpoint's lock; while it is held
 * nothing is called but a scheduler, and no datagram is handed on.
 */
final class LeafLock {
  private final ReentrantLock lock = new ReentrantLock();

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }
}
