// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/**
 * A place in a script.
 *
 * @param file the file's name
 * @param line from 1 on
 */
record Position(String file, int line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
