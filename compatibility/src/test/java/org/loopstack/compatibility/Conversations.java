// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the rows have in common: bytes to send, and several to talk at once. */
final class Conversations {
  /** How many talk at once. */
  static final int MANY = 8;

  /** More than any buffer on the way holds, and a whole number of no unit. */
  static final int SIZE = 300_007;

  private Conversations() {}

  /** Talks to a server once. */
  @FunctionalInterface
  interface Conversation {
    /**
     * Says something and checks the answer.
     *
     * @param number another for each that talks at the same time
     */
    void talk(int number) throws Exception;
  }

  /** Bytes that differ from one number to the next; the same for the same number. */
  static byte[] bytes(int number) {
    byte[] bytes = new byte[SIZE];
    new Random(number).nextBytes(bytes);
    return bytes;
  }

  /**
   * Holds {@link #MANY} conversations at once, each on a thread of its own, and sees them all end.
   */
  static void many(Conversation conversation) throws Exception {
    List<Callable<Void>> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      int number = i;
      all.add(
          () -> {
            conversation.talk(number);
            return null;
          });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> each : threads.invokeAll(all)) {
        each.get();
      }
    }
  }
}
