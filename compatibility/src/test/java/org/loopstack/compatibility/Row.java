// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that is a row of {@code docs/compatibility.md}: real data between a server and a
 * client, both on the stack, and a clean end.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnStackExtension.class)
@interface Row {
  /** What it is called, as people call it: {@code Jetty, server and client}. */
  String library();

  /**
   * The artifacts it comes in, without group and version, as their jars are named: {@code
   * jetty-server}. None for what comes with the JDK. The versions are read from the class path.
   */
  String[] artifacts() default {};

  /** The line to write to put a single instance of it on a stack; empty if there is no way. */
  String instance() default "";

  /** What else it needs under the agent, or what does not work and what helps; empty if nothing. */
  String note() default "";
}
