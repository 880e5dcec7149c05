// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * One run of a case: opens the subject, runs the method on the right kind of thread with a
 * deadline, closes everything and reports the outcome.
 */
final class CaseRun
    implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor {
  /** A run that takes longer has hung. */
  private static final long DEADLINE_MILLIS = 1000L * (Wait.SECONDS + 10);

  private final ParityReport report;
  private final Case declaration;
  private final @Nullable Differs differs;
  private final String subjectName;
  private final Family family;
  private final Threads threads;
  private @Nullable Net net;

  CaseRun(ParityReport report, Method method, String subject, Family family, Threads threads) {
    this.report = report;
    this.declaration = method.getAnnotation(Case.class);
    Differs annotation = method.getAnnotation(Differs.class);
    boolean applies =
        annotation != null
            && (subject.equals(LoopstackSubject.NAME)
                || subject.equals(AgentSubject.NAME) && annotation.agent())
            && Arrays.asList(annotation.over()).contains(family);
    this.differs = applies ? annotation : null;
    this.subjectName = subject;
    this.family = family;
    this.threads = threads;
  }

  @Override
  public String getDisplayName(int invocationIndex) {
    String kind = threads == Threads.PLATFORM ? "" : ", " + threads.name().toLowerCase(Locale.ROOT);
    return declaration.id() + " [" + subjectName + ", " + family.title() + kind + "]";
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Net.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Subject subject = Permutations.open(subjectName);
    context
        .getStore(ExtensionContext.Namespace.create(CaseRun.class, this))
        .put(Subject.class, subject);
    net = new Net(subject, family, threads);
    String lacking = subject.lacks(family);
    if (!lacking.isEmpty()) {
      record(Outcome.skipped(lacking));
      throw new TestAbortedException(lacking);
    }
    return net;
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext extensionContext)
      throws Throwable {
    Throwable thrown = runWithDeadline(invocation);
    if (thrown instanceof TestAbortedException) {
      record(Outcome.skipped(String.valueOf(thrown.getMessage())));
      throw thrown;
    }
    if (differs != null) {
      if (thrown == null) {
        record(Outcome.failed("behaves as the kernel does, although @Differs says otherwise"));
        throw new AssertionError("it no longer differs: remove @Differs from " + declaration.id());
      }
      record(Outcome.differs(differs.ours(), differs.reason()));
      return;
    }
    record(thrown == null ? Outcome.passed() : Outcome.failed(firstLine(thrown)));
    if (thrown != null) {
      throw thrown;
    }
  }

  private @Nullable Throwable runWithDeadline(Invocation<@Nullable Void> invocation)
      throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread thread =
        threads.start(
            "conformance " + declaration.id(),
            () -> {
              try {
                invocation.proceed();
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    thread.join(DEADLINE_MILLIS);
    if (thread.isAlive()) {
      thrown.compareAndSet(
          null, new AssertionError(declaration.id() + " hangs", Task.stackOf(thread)));
    }
    if (net != null) {
      net.close();
    }
    return thrown.get();
  }

  private void record(Outcome outcome) {
    report.record(declaration.id(), subjectName, family, threads, outcome);
  }

  private static String firstLine(Throwable thrown) {
    String text = String.valueOf(thrown.getMessage()).strip();
    return thrown.getClass().getSimpleName() + ": " + text.lines().findFirst().orElse("");
  }
}
