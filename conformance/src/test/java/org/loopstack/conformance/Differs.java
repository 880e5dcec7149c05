// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that Loopstack knowingly behaves unlike the kernel in a {@link Case}. The case then has
 * to fail on Loopstack; once it passes there, the build fails until this annotation is removed.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Differs {
  /** What Loopstack does instead, for the parity table. */
  String ours();

  /** Why, for the parity table. */
  String reason();

  /** Whether it differs in a JVM under the agent, too, which can do what a library cannot. */
  boolean agent() default true;

  /** The families in which it differs. The default is all that the case runs over. */
  Family[] over() default {Family.IPV4, Family.IPV6, Family.MAPPED};
}
