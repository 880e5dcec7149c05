// SPDX-License-Identifier: Apache-2.0

/** A stack of its own for each test, for JUnit 5 and 6. */
module org.loopstack.junit {
  requires transitive org.loopstack;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports org.loopstack.junit;
}
