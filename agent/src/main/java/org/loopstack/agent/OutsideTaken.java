// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.BindException;
import java.net.InetSocketAddress;

/** What is said where a wildcard listener does not get its port on the machine's network. */
final class OutsideTaken {
  private OutsideTaken() {}

  static void tell(System.Logger log, InetSocketAddress address, BindException why) {
    log.log(
        System.Logger.Level.WARNING,
        "Cannot listen on {0} port {1} of the machine ({2}); on this JVM''s own loopback: yes",
        address.getAddress().getHostAddress(),
        String.valueOf(address.getPort()),
        why.getMessage());
  }
}
