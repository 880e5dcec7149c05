// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class a stack of its own, closed when the test is over:
 *
 * <pre>{@code
 * @LoopbackTest
 * class RetryTest {
 *   @Test
 *   void givesUpAfterAMinute(Stack stack, Faults faults, VirtualClock clock) { ... }
 * }
 * }</pre>
 *
 * <p>{@link LoopbackExtension} says what a test can take as parameters and what a failing one
 * leaves. On a method it replaces the settings of the class.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(LoopbackExtension.class)
public @interface LoopbackTest {
  /** What kind of host it is; {@link Profile} runs a test over several. */
  World profile() default World.LINUX;

  /** Which time the stack is in. */
  Time time() default Time.AUTOMATIC;

  /**
   * What all random numbers of the stack follow from. The configuration parameter {@code
   * loopstack.seed} of JUnit, a number or {@code random}, goes before it.
   */
  long seed() default 0;

  /** How many of the last packets are kept for the assertions and for a failure's report. */
  int packets() default 10_000;

  /** What becomes of sockets and threads that the test leaves. */
  Leaks leaks() default Leaks.TELL;

  /** What else is different about the stack. */
  Class<? extends StackSettings> settings() default StackSettings.None.class;
}
