// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.Connect;
import org.loopstack.cli.tool.ConnectDatagrams;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo connect}. */
@Command(
    name = "connect",
    description = {
      "Connect to a TCP port, as telnet or nc do.",
      "Standard input goes to the port, what comes back to standard output, all else to standard"
          + " error. The end of standard input closes that direction only. The exit status is 0"
          + " when the other side has closed in the ordinary way, 111 refused, 110 timed out, 104"
          + " reset, 101 network unreachable, 99 address not available, 68 no such host."
    },
    footer = {
      "%nExamples:",
      "  lo -n default connect 127.0.0.1 65432",
      "  echo hello | lo -n default connect ::1 65432"
    })
final class ConnectCommand implements StackTool {
  private static final double MAX_SECONDS = 86_400;

  @Option(
      names = "-w",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Give up connecting after so long. The default, 0, is when TCP gives up.")
  private double timeout;

  @Option(
      names = "--datagrams",
      hidden = true,
      description = "UDP: each datagram, in and out, behind its length in two bytes.")
  private boolean datagrams;

  @ArgGroup private PingCommand.FamilyOptions family = new PingCommand.FamilyOptions();

  @Parameters(index = "0", paramLabel = "HOST", description = "An address, or localhost.")
  private String host;

  @Parameters(index = "1", paramLabel = "PORT", description = "1 to 65535.")
  private int port;

  @Override
  public int run(Session session) throws IOException {
    if (port < 1 || port > 65_535) {
      throw new UserException(ExitStatus.USAGE, "connect: ports are from 1 to 65535: " + port);
    }
    if (timeout < 0 || timeout > MAX_SECONDS) {
      throw new UserException(ExitStatus.USAGE, "connect: -w " + timeout + ": 0 to 86400");
    }
    if (datagrams) {
      return new ConnectDatagrams(session, host, family.family(), port).run();
    }
    int millis = (int) Math.ceil(timeout * 1000);
    return new Connect(session, host, family.family(), port, millis).run();
  }
}
