// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;

/**
 * What makes the stack of a test differ from its {@link World}. Named by {@link
 * LoopbackTest#settings}, an implementation needs a constructor without parameters, of any access.
 */
public interface StackSettings {
  /**
   * Changes the configuration before the stack is made. Clock and seed are the annotation's, and
   * are set after this.
   */
  default void configure(StackConfiguration.Builder builder) {}

  /**
   * Changes the stack before the test sees it: interfaces, addresses, routes, fault rules.
   *
   * @throws IOException as the stack does; the test fails
   */
  default void prepare(Stack stack) throws IOException {}

  /** Changes nothing. */
  final class None implements StackSettings {
    /** Settings that change nothing. */
    public None() {}
  }
}
