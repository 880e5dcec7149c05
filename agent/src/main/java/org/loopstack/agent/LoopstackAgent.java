// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * Puts the JVM it is started with on a stack: {@code -javaagent:loopstack-agent.jar[=options]}. The
 * options are those of {@link AgentOptions}. What is wrong with them, or with the JVM, is one line
 * on standard error, and the JVM ends with status 2.
 */
public final class LoopstackAgent {
  private LoopstackAgent() {}

  /** Called by the JVM before {@code main}. */
  public static void premain(@Nullable String options, Instrumentation instrumentation) {
    try {
      Installation.install(options, instrumentation);
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println("loopstack-agent: " + e.getMessage());
      System.exit(2);
    }
  }

  /** As {@link #premain}, for an agent that is named in the manifest of the application's jar. */
  public static void agentmain(@Nullable String options, Instrumentation instrumentation) {
    premain(options, instrumentation);
  }
}
