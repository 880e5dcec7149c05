// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Processes on one CPU, by sched_setaffinity of Linux: a process inherits the CPUs of the thread
 * that starts it.
 */
public final class Affinity {
  /** Bytes of the set of CPUs that is asked for: more than any machine has. */
  private static final int SET = 1024;

  private Affinity() {}

  /**
   * Starts a process on the first one of the CPUs that this process may use.
   *
   * @throws IOException if it cannot be started, or not there; the message says why
   */
  public static Process startOnOneCpu(ProcessBuilder process) throws Exception {
    return new Task<>(
            ThreadKind.PLATFORM,
            "pinned",
            () -> {
              pin();
              return process.start();
            })
        .join();
  }

  /** Pins the calling thread, for as long as it lives. */
  private static void pin() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(SET, Long.BYTES);
      int length = call("sched_getaffinity", set);
      if (length < 0) {
        throw new IOException("this system does not say which CPUs a process may use");
      }
      keepFirst(set);
      if (call("sched_setaffinity", set) < 0) {
        throw new IOException("this system does not let a process be pinned to one CPU");
      }
    }
  }

  private static void keepFirst(MemorySegment set) {
    boolean found = false;
    for (int i = 0; i < SET; i++) {
      byte eight = set.get(JAVA_BYTE, i);
      set.set(JAVA_BYTE, i, found ? 0 : (byte) (eight & -eight));
      found |= eight != 0;
    }
  }

  /** Calls one of both for the calling thread. */
  @SuppressWarnings("restricted") // BenchCommand allows native access
  private static int call(String function, MemorySegment set) throws IOException {
    Linker linker = Linker.nativeLinker();
    MemorySegment address =
        linker
            .defaultLookup()
            .find(function)
            .orElseThrow(
                () -> new IOException("this system cannot pin a process to one CPU (Linux can)"));
    MethodHandle handle =
        linker.downcallHandle(
            address, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    try {
      return (int) handle.invokeExact(0, (long) SET, set);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
