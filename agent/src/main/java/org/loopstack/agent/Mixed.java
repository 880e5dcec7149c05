// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

/**
 * A channel of both worlds, or of one that is not chosen yet, as a {@link MixedSelector} sees it.
 */
sealed interface Mixed
    permits MixedSocketChannel,
        MixedServerSocketChannel,
        MixedDatagramChannel,
        MixedPipe.Source,
        MixedPipe.Sink {
  /** Its keys and sides. */
  Registrations registrations();
}
