// SPDX-License-Identifier: Apache-2.0

/**
 * The operating system's door: what only Linux itself can do, through {@code java.lang.foreign}.
 */
module org.loopstack.linux {
  requires transitive org.loopstack;
  requires static transitive org.jspecify;

  // Calls of the C library, and what they answer.
  exports org.loopstack.linux.ffi;
}
