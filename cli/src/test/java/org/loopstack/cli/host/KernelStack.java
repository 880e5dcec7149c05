// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.wire.IpAddress;

/**
 * The machine's own loopback as a host: what works on it and not on a stack is the stack's fault,
 * what fails on both is the command's.
 */
public final class KernelStack implements HostStack {
  /** lo as FACTS 40 has it. */
  public static final StackSnapshot.Interface LO =
      new StackSnapshot.Interface(
          1,
          "lo",
          List.of("LOOPBACK", "UP", "LOWER_UP"),
          65_536,
          "noqueue",
          "UNKNOWN",
          "default",
          1000,
          "loopback",
          "00:00:00:00:00:00",
          "00:00:00:00:00:00",
          List.of(
              new StackSnapshot.Address(
                  IpAddress.IPV4_LOOPBACK,
                  8,
                  null,
                  "host",
                  "lo",
                  false,
                  StackSnapshot.FOREVER,
                  StackSnapshot.FOREVER),
              new StackSnapshot.Address(
                  IpAddress.IPV6_LOOPBACK,
                  128,
                  null,
                  "host",
                  null,
                  false,
                  StackSnapshot.FOREVER,
                  StackSnapshot.FOREVER)),
          new StackSnapshot.Counters(0, 0, 0, 0, 0, 0, 0, Map.of()));

  @Override
  public SelectorProvider selectorProvider() {
    return SelectorProvider.provider();
  }

  @Override
  public StackSnapshot snapshot() {
    throw new UnsupportedOperationException("Java does not see the machine's sockets");
  }

  @Override
  public StackSnapshot.Route routeTo(IpAddress destination, @Nullable IpAddress source) {
    throw new UnsupportedOperationException("Java does not see the machine's routes");
  }

  @Override
  public List<StackSnapshot.Interface> interfaces() {
    return List.of(LO);
  }

  @Override
  public EchoSocket openEcho(InetAddress destination, int hopLimit) throws IOException {
    throw new IOException("Java has no ping sockets");
  }
}
