// SPDX-License-Identifier: Apache-2.0
package org.loopstack.architecture;

/**
 * One class names another, or one of its methods.
 *
 * @param from the class that names, by its full name
 * @param to the class that is named, by its full name
 * @param method the method of {@code to} that is called, or nothing where only the class is named
 */
record Arrow(String from, String to, String method) {
  static Arrow toClass(String from, String to) {
    return new Arrow(from, to, "");
  }

  @Override
  public String toString() {
    return from + " -> " + to + (method.isEmpty() ? "" : "." + method);
  }
}
