// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

/** The kind of thread that runs a case and whatever it starts. */
public enum Threads {
  /** Threads of the operating system. */
  PLATFORM {
    @Override
    Thread start(String name, Runnable task) {
      return Thread.ofPlatform().name(name).daemon().start(task);
    }
  },
  /** Virtual threads. */
  VIRTUAL {
    @Override
    Thread start(String name, Runnable task) {
      return Thread.ofVirtual().name(name).start(task);
    }
  };

  abstract Thread start(String name, Runnable task);
}
