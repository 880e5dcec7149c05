// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.List;
import java.util.Map;
import org.loopstack.engine.Clock;
import org.loopstack.wire.IpAddress;

/** A place where datagrams pass and can be looked at: an interface of a stack, or the like. */
public interface Tapped {
  /** What it is called, as {@code lo}. */
  String name();

  /** What the stack or the like that it belongs to is called. */
  String stackName();

  /** The names of hosts that are known there, {@code localhost} first, with their addresses. */
  Map<String, List<IpAddress>> hostNames();

  /** The clock by which datagrams pass there. */
  Clock clock();

  /** Lets somebody see the datagrams that pass from now on. */
  void addTap(LinkTap tap);

  /**
   * Ends what {@link #addTap} began.
   *
   * @return whether it was there
   */
  boolean removeTap(LinkTap tap);
}
