// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.doctor.Checks;
import org.loopstack.cli.doctor.Doctor;
import org.loopstack.cli.doctor.DoctorPrinter;
import org.loopstack.cli.doctor.LiveMachine;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.MachineTool;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.MachineStack;
import org.loopstack.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lo doctor}. */
@Command(
    name = "doctor",
    description = {
      "Find what is wrong with this machine's loopback, and say how to mend it.",
      "Looks at the interface and its addresses, routes, rules and settings, the firewall, names,"
          + " proxies, ports, limits, and whose localhost this is; and tries: round trips over TCP"
          + " and UDP, groups, a selector. Changes nothing. With a port or a URL also whether a"
          + " client gets there, and if not, why.",
      "The exit status is 0 if nothing is wrong, 1 if the worst is a warning, 3 if something does"
          + " not work. The firewall's rules are shown to root only."
    },
    footer = {
      "%nExamples:",
      "  lo doctor",
      "  lo doctor 8080",
      "  lo doctor http://localhost:8080/health",
      "  lo doctor -j | jq '.findings[] | select(.severity == \"error\")'"
    })
final class DoctorCommand implements MachineTool {
  private static final int HTTP = 80;

  @ParentCommand private Lo lo;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON.")
  private boolean json;

  @Parameters(
      arity = "0..1",
      paramLabel = "PORT|URL",
      description = "A port of this machine, or an http URL of its.")
  private @Nullable String place;

  @Override
  public int run(Session session) {
    MachineStack.requireLinux("lo doctor");
    Checks.Target target = place == null ? null : target(place);
    Doctor doctor = new Doctor(Checks.all(target));
    long start = System.nanoTime();
    List<Doctor.Result> results =
        doctor.look(new LiveMachine(MachineFiles.ofMachine(), lo.environment().variables()));
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    session
        .out()
        .print(
            json
                ? DoctorPrinter.json(results, doctor.checks(), time)
                : DoctorPrinter.text(results, doctor.checks(), time));
    return Doctor.exitStatus(results);
  }

  private static Checks.Target target(String place) {
    if (place.matches("[0-9]{1,5}")) {
      return new Checks.Target("localhost", port(Integer.parseInt(place), place), null);
    }
    URI uri;
    try {
      uri = new URI(place);
    } catch (URISyntaxException e) {
      throw usage(place);
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") || uri.getHost() == null) {
      throw usage(place);
    }
    String host = uri.getHost().replaceAll("[\\[\\]]", "");
    if (HostNames.isLiteral(host) && !IpAddress.parse(host).isLoopback()) {
      throw new UserException(
          ExitStatus.USAGE, "doctor: " + host + " is not on the loopback of this machine");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new Checks.Target(
        host, uri.getPort() < 0 ? HTTP : port(uri.getPort(), place), path + query);
  }

  private static int port(int port, String place) {
    if (port < 1 || port > 65_535) {
      throw usage(place);
    }
    return port;
  }

  private static UserException usage(String place) {
    return new UserException(
        ExitStatus.USAGE, "doctor: " + place + " is neither a port, 1 to 65535, nor an http URL");
  }
}
