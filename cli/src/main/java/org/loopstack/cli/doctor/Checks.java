// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.doctor.check.EphemeralPortsCheck;
import org.loopstack.cli.doctor.check.FamilyCheck;
import org.loopstack.cli.doctor.check.FirewallCheck;
import org.loopstack.cli.doctor.check.HostsFileCheck;
import org.loopstack.cli.doctor.check.LatencyCheck;
import org.loopstack.cli.doctor.check.LinkSettingsCheck;
import org.loopstack.cli.doctor.check.LocalhostNameCheck;
import org.loopstack.cli.doctor.check.LoopbackAddressesCheck;
import org.loopstack.cli.doctor.check.LoopbackLinkCheck;
import org.loopstack.cli.doctor.check.MulticastCheck;
import org.loopstack.cli.doctor.check.OpenFilesCheck;
import org.loopstack.cli.doctor.check.OwnNameCheck;
import org.loopstack.cli.doctor.check.PortCheck;
import org.loopstack.cli.doctor.check.ProxyCheck;
import org.loopstack.cli.doctor.check.RouteCheck;
import org.loopstack.cli.doctor.check.RouteSettingsCheck;
import org.loopstack.cli.doctor.check.SelectorCheck;
import org.loopstack.cli.doctor.check.SubdomainCheck;
import org.loopstack.cli.doctor.check.WhereCheck;

/** All checks there are. */
public final class Checks {
  private Checks() {}

  /**
   * A port that somebody asks about.
   *
   * @param host as the client says it
   * @param port where
   * @param path what to ask an HTTP server for, or null
   */
  public record Target(String host, int port, @Nullable String path) {}

  /**
   * All, those of a port among them if there is one.
   *
   * @param target or null
   */
  public static List<Check> all(@Nullable Target target) {
    int port = target == null ? 0 : target.port;
    List<Check> checks = new ArrayList<>();
    if (target != null) {
      checks.add(new PortCheck(target.host, port, target.path));
    }
    checks.add(new LoopbackLinkCheck());
    checks.add(new LinkSettingsCheck());
    checks.add(new RouteCheck());
    checks.add(new RouteSettingsCheck());
    checks.add(new LoopbackAddressesCheck());
    checks.add(new FirewallCheck(port));
    checks.add(new LatencyCheck());
    checks.add(new MulticastCheck());
    checks.add(new HostsFileCheck());
    checks.add(new LocalhostNameCheck());
    checks.add(new SubdomainCheck());
    checks.add(new OwnNameCheck());
    checks.add(new FamilyCheck(port));
    checks.add(new ProxyCheck());
    checks.add(new EphemeralPortsCheck());
    checks.add(new SelectorCheck());
    checks.add(new OpenFilesCheck());
    checks.add(new WhereCheck());
    return checks;
  }
}
