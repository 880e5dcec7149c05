// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/**
 * Unfolds a {@link Case} into one run per subject, family and kind of thread. The system property
 * {@code conformance.subject} limits the subjects to {@code kernel} or {@code loopstack}, or to
 * {@code agent} in a JVM that is under it.
 */
final class Permutations implements TestTemplateInvocationContextProvider {
  private static final Namespace NAMESPACE = Namespace.create(Permutations.class);

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    ParityReport report =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(ParityReport.class, key -> new ParityReport(), ParityReport.class);
    Method method = context.getRequiredTestMethod();
    report.declare(method.getAnnotation(Case.class), method);
    List<TestTemplateInvocationContext> runs = new ArrayList<>();
    for (String subject : subjects()) {
      for (Family family : method.getAnnotation(Case.class).over()) {
        for (Threads threads : method.getAnnotation(Case.class).on()) {
          runs.add(new CaseRun(report, method, subject, family, threads));
        }
      }
    }
    return runs.stream();
  }

  /** The names of the subjects to run, the reference first. */
  static List<String> subjects() {
    String only = System.getProperty("conformance.subject", "");
    return only.isEmpty() ? List.of(KernelSubject.NAME, LoopstackSubject.NAME) : List.of(only);
  }

  static Subject open(String name) {
    return switch (name) {
      case KernelSubject.NAME -> new KernelSubject();
      case LoopstackSubject.NAME -> new LoopstackSubject();
      case AgentSubject.NAME -> new AgentSubject();
      default -> throw new IllegalArgumentException("no such subject: " + name);
    };
  }
}
