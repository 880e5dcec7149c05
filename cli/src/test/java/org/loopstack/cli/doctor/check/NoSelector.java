// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.doctor.Probe;
import org.loopstack.cli.doctor.RoundTrips;
import org.loopstack.cli.listen.BindTrial;
import org.loopstack.wire.IpAddress;

/** A machine on which no file can be opened any more: no selector, all else as it is. */
record NoSelector(Probe probe) implements Probe {
  @Override
  public void selector() throws IOException {
    throw new IOException("Too many open files");
  }

  @Override
  public BindTrial bind(IpAddress address) {
    return probe.bind(address);
  }

  @Override
  public RoundTrips tcp(IpAddress address, int count, Duration limit) throws IOException {
    return probe.tcp(address, count, limit);
  }

  @Override
  public RoundTrips udp(IpAddress address, int count, Duration limit) throws IOException {
    return probe.udp(address, count, limit);
  }

  @Override
  public double throughput(IpAddress address, Duration limit) throws IOException {
    return probe.throughput(address, limit);
  }

  @Override
  public boolean multicast(IpAddress group, Duration limit) throws IOException {
    return probe.multicast(group, limit);
  }

  @Override
  public @Nullable String connect(IpAddress address, int port, Duration limit) {
    return probe.connect(address, port, limit);
  }

  @Override
  public String http(IpAddress address, int port, String host, String path, Duration limit)
      throws IOException {
    return probe.http(address, port, host, path, limit);
  }
}
