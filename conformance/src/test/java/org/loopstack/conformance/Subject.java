// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.spi.SelectorProvider;

/** One implementation of the loopback interface under test. */
public sealed interface Subject extends AutoCloseable permits KernelSubject, LoopstackSubject {
  /** The name in reports. */
  String name();

  /** What opens the channels and selectors. */
  SelectorProvider provider();

  /** The loopback interface as Java names it. */
  default NetworkInterface lo() throws SocketException {
    NetworkInterface lo = NetworkInterface.getByName("lo");
    if (lo == null) {
      throw new SocketException("this machine has no interface lo");
    }
    return lo;
  }

  /** Why this subject cannot run a family, in one line, or an empty string where it can. */
  default String lacks(Family family) {
    return "";
  }

  @Override
  void close();
}
