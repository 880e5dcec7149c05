// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import org.loopstack.engine.Engine;
import org.loopstack.internet.ErrnoException;

/** Where the socket layer gets its endpoints: one stack's transport layer. */
public interface EndpointFactory {
  /** What drives the stack. */
  Engine engine();

  /**
   * An endpoint for an outgoing connection.
   *
   * @throws ErrnoException ENETDOWN if the stack is closed
   */
  StreamEndpoint openStream(AddressFamily family) throws ErrnoException;

  /** An endpoint for incoming connections. */
  ListenerEndpoint openListener(AddressFamily family) throws ErrnoException;

  /** An endpoint for datagrams. */
  DatagramEndpoint openDatagram(AddressFamily family) throws ErrnoException;
}
