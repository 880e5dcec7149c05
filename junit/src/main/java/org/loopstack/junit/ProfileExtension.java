// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a test in each world that its {@link Profile} names, which registers it. */
public final class ProfileExtension implements TestTemplateInvocationContextProvider {
  /** The extension, for JUnit. */
  public ProfileExtension() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getElement(), Profile.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    World[] named =
        AnnotationSupport.findAnnotation(context.getElement(), Profile.class)
            .map(Profile::value)
            .orElseThrow();
    return Stream.of(named.length == 0 ? World.values() : named).map(Invocation::new);
  }

  private record Invocation(World world) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return "[" + world + "]";
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new LoopbackExtension(world));
    }
  }
}
