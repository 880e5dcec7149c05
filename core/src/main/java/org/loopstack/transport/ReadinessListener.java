// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

/** Is told when an endpoint may have become ready. */
@FunctionalInterface
public interface ReadinessListener {
  /**
   * Something may be possible that was not before: a hint to look at {@link
   * SocketEndpoint#readiness} again, not a promise. Called on any thread, which holds no endpoint's
   * lock; several calls may overlap. It must be brief and must not block.
   *
   * @param bits of {@link Readiness}
   */
  void ready(int bits);
}
