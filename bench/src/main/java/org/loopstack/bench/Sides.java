// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes sides of what their {@linkplain Side#recipe recipes} say. */
public final class Sides {
  private Sides() {}

  /**
   * The side that has this recipe; the kernel's with the machine's congestion control.
   *
   * @throws IllegalArgumentException if none has
   * @throws IOException if what it is made of is not there
   */
  public static Side of(List<String> recipe) throws IOException {
    return switch (recipe.getFirst()) {
      case "kernel" -> new KernelSide(null);
      case "loopstack" -> new StackSide();
      case Revision.KIND -> new Revision(recipe.get(1), Path.of(recipe.get(2))).open();
      default -> throw new IllegalArgumentException("no side has the recipe " + recipe);
    };
  }
}
