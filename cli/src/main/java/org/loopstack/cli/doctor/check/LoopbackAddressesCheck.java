// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.listen.BindTrial;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.wire.IpAddress;

/** Whether all of 127/8 is this machine's, as on Linux it is. */
public final class LoopbackAddressesCheck implements Check {
  private static final List<String> SOME = List.of("127.0.0.2", "127.0.1.1", "127.255.255.254");

  @Override
  public String name() {
    return "loopback-addresses";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    if (!machine.has(IpAddress.IPV4_LOOPBACK)) {
      // Told by another check.
      return List.of();
    }
    for (String each : SOME) {
      BindTrial trial = machine.probe().bind(IpAddress.parse(each));
      if (!trial.isFree()) {
        return List.of(
            Finding.warning(
                "nobody can bind to " + each + ": " + Errno.text(trial.plain()),
                "programs that take 127.0.0.2 and others for themselves do not start:"
                    + " systemd-resolved, test clusters, /etc/hosts with 127.0.1.1",
                "ip addr del 127.0.0.1 dev lo; ip addr add 127.0.0.1/8 dev lo"));
      }
    }
    return List.of();
  }
}
