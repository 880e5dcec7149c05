// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import java.io.Serial;
import java.net.BindException;

/** A port of the machine is another program's. The message is a line for the user. */
public final class PortTakenException extends BindException {
  @Serial private static final long serialVersionUID = 1;

  PortTakenException(String message) {
    super(message);
  }
}
