// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Handles of C functions whose {@code errno} is kept: the first argument says where. */
@SuppressWarnings("restricted") // native access is what this module is for
final class Downcalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final long ERRNO_AT =
      Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** A place for each thread, so that a call allocates nothing. */
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private Downcalls() {}

  /** A function with a fixed number of arguments. */
  static MethodHandle of(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments), ERRNO);
  }

  /** A function that C declares with {@code ...} behind the first arguments. */
  static MethodHandle variadic(
      String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(result, arguments),
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  private static MemorySegment symbol(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(
            () -> new UnsupportedOperationException("The C library has no function " + name));
  }

  /** Where the calling thread keeps the error number of its last call. */
  static MemorySegment errno() {
    return STATE.get();
  }

  static int result(int result, MemorySegment errno) {
    return result == -1 ? -errno.get(JAVA_INT, ERRNO_AT) : result;
  }

  static long result(long result, MemorySegment errno) {
    return result == -1 ? -errno.get(JAVA_INT, ERRNO_AT) : result;
  }

  /** A handle that is called with the types that it was made with throws nothing of its own. */
  static RuntimeException impossible(Throwable t) {
    if (t instanceof Error error) {
      throw error;
    }
    return t instanceof RuntimeException runtime ? runtime : new IllegalStateException(t);
  }
}
