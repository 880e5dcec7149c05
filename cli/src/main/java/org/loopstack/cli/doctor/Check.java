// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.IOException;
import java.util.List;

/** One thing that is looked at. */
public interface Check {
  /** Its name, of lower-case letters and hyphens. */
  String name();

  /**
   * Looks.
   *
   * @return what is wrong, or worth knowing; nothing on a healthy machine
   * @throws IOException if it could not look
   */
  List<Finding> look(Machine machine) throws IOException;
}
