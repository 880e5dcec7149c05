// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.InetAddress;
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
    InetAddressResolver others =
        worlds.machine() != null
            ? machine
            : new OwnName(worlds.stack(), configuration.lookupLocalHostName());
    return System.getProperty("java.net.preferIPv6Addresses") == null
        ? new InItsOrder(stack, others)
        : stack.orElse(others);
  }

  @Override
  public String name() {
    return "loopstack";
  }

  /**
   * Java always asks for an order, IPv4 first where nobody has chosen. Then the stack's own order
   * goes for the stack's names; the others are asked as Java has asked.
   */
  private record InItsOrder(StackResolver stack, InetAddressResolver others)
      implements InetAddressResolver {
    private static final int ORDER = LookupPolicy.IPV4_FIRST | LookupPolicy.IPV6_FIRST;

    @Override
    public Stream<InetAddress> lookupByName(String name, LookupPolicy policy)
        throws UnknownHostException {
      LookupPolicy ours = LookupPolicy.of(policy.characteristics() & ~ORDER);
      return stack.orElse(new As(others, policy)).lookupByName(name, ours);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      return stack.orElse(others).lookupByAddress(address);
    }
  }

  /** Asks with a policy of its own. */
  private record As(InetAddressResolver resolver, LookupPolicy asked)
      implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String name, LookupPolicy policy)
        throws UnknownHostException {
      return resolver.lookupByName(name, asked);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      return resolver.lookupByAddress(address);
    }
  }

  /** Knows the name of the machine, and nothing else. */
  private record OwnName(Stack stack, String host) implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String name, LookupPolicy policy)
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
