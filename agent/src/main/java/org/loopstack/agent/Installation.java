// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.Publisher;
import sun.nio.ch.DefaultSelectorProvider;

/** Puts a JVM on a stack, once, before the application's first class is loaded. */
final class Installation {
  /** The properties that name the JVM's providers of channels. */
  private static final String SELECTOR_PROVIDER = "java.nio.channels.spi.SelectorProvider";

  private static final String ASYNCHRONOUS_PROVIDER =
      "java.nio.channels.spi.AsynchronousChannelProvider";

  private Installation() {}

  /**
   * Opens what the JDK keeps to itself, makes the stack, and has the JDK's classes ask for it.
   *
   * @throws IllegalArgumentException with a line for the user, if an option is wrong, a port that
   *     is to be published is taken, or the file of the capture cannot be made
   * @throws IllegalStateException with a line for the user, if this JDK is not as expected
   */
  static void install(@Nullable String options, Instrumentation instrumentation) {
    AgentOptions asked = AgentOptions.parse(options);
    openToUs(instrumentation);
    Worlds worlds = worlds(asked);
    Hooks.install(worlds);
    // The application may have chosen a provider of its own; then it has asked for no other.
    setUnlessChosen(SELECTOR_PROVIDER, MixedSelectorProvider.class);
    setUnlessChosen(ASYNCHRONOUS_PROVIDER, MixedAsynchronousChannelProvider.class);
    HookCall.open();
    JdkRewriter.rewrite(instrumentation);
    publish(worlds, asked);
    reach(worlds, asked);
  }

  private static void setUnlessChosen(String property, Class<?> provider) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, provider.getName());
    }
  }

  /** The JDK's own sockets, and a few fields of its values that have no public way. */
  private static void openToUs(Instrumentation instrumentation) {
    Module base = Object.class.getModule();
    Set<Module> us = Set.of(Installation.class.getModule());
    instrumentation.redefineModule(
        base,
        Set.of(),
        Map.of("sun.nio.ch", us, "sun.net", us, "jdk.internal.access", us),
        Map.of("java.net", us),
        Set.of(),
        Map.of());
  }

  private static Worlds worlds(AgentOptions asked) {
    Machine machine = asked.isolated() ? null : Machine.real(DefaultSelectorProvider.get());
    Stack stack = Stack.create(asked.configuration());
    Path capture = asked.capture();
    if (capture != null) {
      LastingCapture.begin(stack.loopback(), capture);
    }
    return new Worlds(stack, machine);
  }

  private static void publish(Worlds worlds, AgentOptions asked) {
    if (asked.published().isEmpty()) {
      return;
    }
    // Also where the application sees no machine: what is published is for others.
    Publisher publisher = new Publisher(DefaultSelectorProvider.get(), worlds.inside());
    for (PortMapping each : asked.published()) {
      try {
        publisher.publish(each);
      } catch (IOException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
  }

  /** A publisher with the sides exchanged: the stack is where it listens. */
  private static void reach(Worlds worlds, AgentOptions asked) {
    if (asked.reached().isEmpty()) {
      return;
    }
    Publisher publisher = new Publisher(worlds.inside(), DefaultSelectorProvider.get());
    for (AgentOptions.Reached each : asked.reached()) {
      try {
        publisher.publish(new PortMapping(each.protocol(), each.port(), each.hostPort()));
      } catch (IOException e) {
        // On a stack that is a moment old only a repetition can be in the way.
        throw new IllegalArgumentException(
            "reach=" + each.port() + " is there twice for " + each.protocol().text(), e);
      }
    }
  }
}
