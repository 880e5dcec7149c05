// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/** Where results go, one after the other. */
interface Report {
  /** Called before the first result. */
  void begin();

  /** A row has been measured, or has failed. */
  void add(Result result);

  /** Called after the last result. */
  void end();
}
