// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a conformance case: a method with one {@link Net} parameter that runs once for each {@link
 * Subject}, {@link Family} and kind of thread declared here.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(Permutations.class)
public @interface Case {
  /** The stable name of the case, such as {@code tcp.connect.refused}; unique in the suite. */
  String id();

  /** What happens, as a statement that is true of the kernel's loopback. */
  String title();

  /** Where the behaviour is laid down: a line of FACTS, an RFC with section, or a Javadoc. */
  String source();

  /** The families the case runs over. The default is all of them. */
  Family[] over() default {Family.IPV4, Family.IPV6, Family.MAPPED};

  /** The kinds of thread the case runs on. The default is platform threads only. */
  Threads[] on() default {Threads.PLATFORM};
}
