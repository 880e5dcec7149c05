// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test once in each of several worlds. It stands in the place of {@code @Test}; the rest is
 * as {@link LoopbackTest} on the method or its class says, or by default.
 *
 * <pre>{@code
 * @Profile({World.LINUX, World.IPV6_ONLY, World.DOCKER_NO_IPV6})
 * void findsItsServer(Stack stack, World world) { ... }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@TestTemplate
@ExtendWith(ProfileExtension.class)
public @interface Profile {
  /** The worlds; all of them if none is named. */
  World[] value() default {};
}
