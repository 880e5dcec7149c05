// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.loopstack.Stack;
import org.loopstack.StackInterface;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.Faults;
import org.loopstack.socket.StackDatagramSockets;
import org.loopstack.socket.StackResolver;

/**
 * Gives each test a stack of its own, made before its first {@code @BeforeEach} method and closed
 * after its last {@code @AfterEach} method. {@link LoopbackTest} registers it, with settings; so
 * does {@code @ExtendWith(LoopbackExtension.class)}, with the default ones. Tests may run in
 * parallel: they share nothing.
 *
 * <p>The test and its {@code @BeforeEach} and {@code @AfterEach} methods take as parameters:
 *
 * <ul>
 *   <li>{@link Stack}, and {@link StackInterface}, which is its lo;
 *   <li>{@link SelectorProvider}, {@link AsynchronousChannelProvider}, {@link SocketFactory},
 *       {@link ServerSocketFactory}, {@link StackDatagramSockets}, {@link StackResolver}: its
 *       doors;
 *   <li>{@link Faults}: the fault rules of lo;
 *   <li>{@link CaptureRing}: the last packets that have passed lo, for {@link TrafficAssertions};
 *   <li>{@link VirtualClock}, and in its time {@link java.time.Clock}, {@link InstantSource} and
 *       {@link ScheduledExecutorService};
 *   <li>{@link World}: where it runs.
 * </ul>
 *
 * <p>A test that fails leaves two files beside Surefire's report (or Gradle's; the configuration
 * parameter {@code loopstack.reports} names another folder): its packets, {@code .pcapng}, and
 * {@code .txt} with the seed, the applied rules, the sockets as {@code ss} prints them, counters
 * and what was left open. Where they are is printed, and told by a suppressed exception of the
 * failure. With the configuration parameter {@code loopstack.reports.all=true} every test leaves
 * them, also one that passes.
 */
public final class LoopbackExtension
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LoopbackExtension.class);

  private static final Map<Class<?>, Function<TestStack, @Nullable Object>> PARAMETERS =
      Map.ofEntries(
          Map.entry(Stack.class, TestStack::stack),
          Map.entry(StackInterface.class, test -> test.stack().loopback()),
          Map.entry(SelectorProvider.class, test -> test.stack().selectorProvider()),
          Map.entry(
              AsynchronousChannelProvider.class,
              test -> test.stack().asynchronousChannelProvider()),
          Map.entry(SocketFactory.class, test -> test.stack().socketFactory()),
          Map.entry(ServerSocketFactory.class, test -> test.stack().serverSocketFactory()),
          Map.entry(StackDatagramSockets.class, test -> test.stack().datagramSockets()),
          Map.entry(StackResolver.class, test -> test.stack().resolver()),
          Map.entry(Faults.class, test -> test.stack().loopback().faults()),
          Map.entry(CaptureRing.class, TestStack::packets),
          Map.entry(World.class, test -> test.plan().world()),
          Map.entry(VirtualClock.class, TestStack::clock),
          Map.entry(java.time.Clock.class, LoopbackExtension::wallClock),
          Map.entry(InstantSource.class, LoopbackExtension::wallClock),
          Map.entry(
              ScheduledExecutorService.class,
              test -> test.clock() == null ? null : test.newExecutor()));

  /** The world of one invocation of a {@link Profile}, or null for what the annotation says. */
  private final @Nullable World world;

  /** An extension with the settings that the annotation of the test has. */
  public LoopbackExtension() {
    this(null);
  }

  LoopbackExtension(@Nullable World world) {
    this.world = world;
  }

  private static java.time.@Nullable Clock wallClock(TestStack test) {
    VirtualClock clock = test.clock();
    return clock == null ? null : clock.wallClock();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    if (isMine(context)) {
      LoopbackTest settings = settings(context);
      TestStack.Plan plan =
          new TestStack.Plan(
              context.getRequiredTestMethod().getName(),
              world == null ? settings.profile() : world,
              settings.time(),
              seed(context, settings),
              settings.packets(),
              instance(settings.settings()),
              faults(context));
      store(context).put(TestStack.class, TestStack.begin(plan));
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestStack test =
        isMine(context) ? store(context).remove(TestStack.class, TestStack.class) : null;
    if (test == null) {
      return;
    }
    try (test) {
      Ending.of(test, context, settings(context).leaks()).tell();
    }
  }

  /** Each invocation of a profile has an extension of its own; the class's keeps out of it. */
  private boolean isMine(ExtensionContext context) {
    return world != null || !AnnotationSupport.isAnnotated(context.getTestMethod(), Profile.class);
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return PARAMETERS.containsKey(parameter.getParameter().getType()) && isMine(context);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    TestStack test = store(context).get(TestStack.class, TestStack.class);
    if (test == null) {
      throw new ParameterResolutionException(
          "Each test has a "
              + type.getSimpleName()
              + " of its own: take it as a parameter of the test, or of a @BeforeEach or @AfterEach"
              + " method, not of "
              + parameter.getDeclaringExecutable());
    }
    Function<TestStack, @Nullable Object> resolver = PARAMETERS.get(type);
    Object value = resolver == null ? null : resolver.apply(test);
    if (value == null) {
      throw new ParameterResolutionException(
          "There is no "
              + type.getSimpleName()
              + " in real time: leave out time = REAL of @LoopbackTest");
    }
    return value;
  }

  private static long seed(ExtensionContext context, LoopbackTest settings) {
    Optional<String> given = context.getConfigurationParameter("loopstack.seed");
    if (given.isEmpty()) {
      return settings.seed();
    }
    if (given.get().equals("random")) {
      return new SecureRandom().nextInt(Integer.MAX_VALUE);
    }
    try {
      return Long.parseLong(given.get());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "loopstack.seed is a number or \"random\": " + given.get(), e);
    }
  }

  /** The annotation of the method, else of the class or one around it, else the default. */
  private static LoopbackTest settings(ExtensionContext context) {
    Optional<LoopbackTest> found =
        AnnotationSupport.findAnnotation(context.getTestMethod(), LoopbackTest.class);
    Class<?> type = context.getRequiredTestClass();
    while (found.isEmpty() && type != null) {
      found = AnnotationSupport.findAnnotation(type, LoopbackTest.class);
      type = type.getEnclosingClass();
    }
    return found.orElseGet(Default::settings);
  }

  /** The rules of the class, then those of the method. */
  private static List<String> faults(ExtensionContext context) {
    List<String> rules = new ArrayList<>();
    AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Faulty.class)
        .ifPresent(faulty -> Collections.addAll(rules, faulty.value()));
    AnnotationSupport.findAnnotation(context.getTestMethod(), Faulty.class)
        .ifPresent(faulty -> Collections.addAll(rules, faulty.value()));
    return rules;
  }

  @LoopbackTest
  private static final class Default {
    static LoopbackTest settings() {
      return Default.class.getAnnotation(LoopbackTest.class);
    }
  }

  private static StackSettings instance(Class<? extends StackSettings> type) {
    try {
      Constructor<? extends StackSettings> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          type.getName() + " needs a constructor without parameters", e);
    }
  }

  /** The name of a test for people and files. */
  static String name(ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    return context.getRequiredTestClass().getName() + "." + method.getName();
  }
}
