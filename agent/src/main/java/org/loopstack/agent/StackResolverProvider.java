// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;
import org.loopstack.Stack;
import org.loopstack.socket.StackResolver;

/**
 * The names of a JVM under the agent: {@code localhost}, {@code *.localhost} and the names that the
 * agent was given are the stack's; all others are the machine's, or unknown where there is none.
 * The name of the machine itself is a loopback address where there is no machine's network, as
 * programs ask for it at their start.
 */
public final class StackResolverProvider extends InetAddressResolverProvider {
  /** Called by {@code java.net}, which finds this class by its service file. */
  public StackResolverProvider() {}

  @Override
  public InetAddressResolver get(Configuration configuration) {
    Worlds worlds = InstalledWorlds.find();
    InetAddressResolver machine = configuration.builtinResolver();
    if (worlds == null) {
      // The jar is there, but this JVM was not started with it.
      return machine;
    }
    StackResolver stack = worlds.stack().resolver();
    return worlds.machine() != null
        ? stack.orElse(machine)
        : stack.orElse(new OwnName(worlds.stack(), configuration.lookupLocalHostName()));
  }

  @Override
  public String name() {
    return "loopstack";
  }

  /** Knows the name of the machine, and nothing else. */
  private record OwnName(Stack stack, String host) implements InetAddressResolver {
    @Override
    public Stream<java.net.InetAddress> lookupByName(String name, LookupPolicy policy)
        throws UnknownHostException {
      if (!name.equalsIgnoreCase(host)) {
        throw new UnknownHostException(name + ": Name or service not known");
      }
      return stack.resolver().lookupByName("localhost", policy);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      throw new UnknownHostException("Name or service not known");
    }
  }
}
