// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Fault rules that are at work on lo before a test begins, in the words that {@link
 * org.loopstack.fault.Fault#parse} reads and {@code lo fault add} takes. Those of the class come
 * before those of the method. A test that is not a {@link LoopbackTest} ignores them.
 *
 * <pre>{@code
 * @Test
 * @Faulty({"latency 50ms", "drop tcp dst port 8080 syn times 2"})
 * void connectsAtTheThirdAttempt(SocketFactory sockets) { ... }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
public @interface Faulty {
  /** The rules, in the order in which they act. */
  String[] value();
}
