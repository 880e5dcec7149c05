// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * The machine's interfaces as a JVM of two worlds sees them: its loopback has the addresses of the
 * stack's, and a JVM without a machine's network has no other interface.
 */
final class Interfaces {
  private final Worlds worlds;

  private Interfaces(Worlds worlds) {
    this.worlds = worlds;
  }

  static Interfaces of(Worlds worlds) {
    return new Interfaces(worlds);
  }

  NetworkInterface @Nullable [] all(NetworkInterface @Nullable [] machine) throws SocketException {
    if (machine == null) {
      return null;
    }
    NetworkInterface[] seen = new NetworkInterface[machine.length];
    int count = 0;
    for (NetworkInterface each : machine) {
      NetworkInterface one = one(each);
      if (one != null) {
        seen[count++] = one;
      }
    }
    return Arrays.copyOf(seen, count);
  }

  @Nullable NetworkInterface one(@Nullable NetworkInterface machine) throws SocketException {
    if (machine == null) {
      return null;
    }
    if (!machine.isLoopback()) {
      return worlds.machine() == null ? null : machine;
    }
    List<IpAddress> addresses = worlds.stack().loopback().addresses();
    InetAddress[] values = new InetAddress[addresses.size()];
    short[] prefixes = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      // IPv6 first, as the JDK has it.
      values[i] = addresses.get(values.length - 1 - i).toInetAddress();
      prefixes[i] = prefix(values[i]);
    }
    JdkFields.setAddresses(machine, values, prefixes);
    return machine;
  }

  private static short prefix(InetAddress address) {
    if (address instanceof Inet4Address) {
      return (short) (address.isLoopbackAddress() ? 8 : 32);
    }
    return 128;
  }

  /** Where a group is joined by whoever names no interface: outside, where there is an outside. */
  NetworkInterface forGroups() throws SocketException {
    NetworkInterface loopback = null;
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (each.isLoopback()) {
        loopback = each;
      } else if (each.isUp() && each.supportsMulticast()) {
        return each;
      }
    }
    if (loopback == null) {
      throw new SocketException("No interface for multicast");
    }
    return loopback;
  }
}
