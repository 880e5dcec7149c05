// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import org.loopstack.engine.Engine;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.EndpointFactory;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;

/** The transport layer of a stack that is closed: it has an engine and opens nothing. */
record NoEndpoints(Engine engine) implements EndpointFactory {
  /** A provider of which only the selectors and pipes work. */
  static StackSelectorProvider provider() {
    return new StackSelectorProvider(new NoEndpoints(Engine.system()));
  }

  @Override
  public StreamEndpoint openStream(AddressFamily family) throws ErrnoException {
    throw new ErrnoException(Errno.ENETDOWN);
  }

  @Override
  public ListenerEndpoint openListener(AddressFamily family) throws ErrnoException {
    throw new ErrnoException(Errno.ENETDOWN);
  }

  @Override
  public DatagramEndpoint openDatagram(AddressFamily family) throws ErrnoException {
    throw new ErrnoException(Errno.ENETDOWN);
  }
}
