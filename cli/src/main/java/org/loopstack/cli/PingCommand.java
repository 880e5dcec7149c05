// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.time.Duration;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.Ping;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo ping}. */
@Command(
    name = "ping",
    description = {
      "Send echo requests, as ping does.",
      "Ctrl-C ends it with the statistics. The exit status is 0 if something came back, 1 if"
          + " nothing did, 2 for any other error."
    },
    footer = {
      "%nExamples:",
      "  lo -n default ping -c 3 127.0.0.1",
      "  lo -n default ping -c 5 -i 0.2 -s 1000 ::1",
      "  lo -n default ping -4 localhost",
      "  lo ping ::1                  the machine's"
    })
final class PingCommand implements StackTool {
  private static final double MAX_SECONDS = 86_400;
  private static final int NAME_ERROR = 2;

  @Option(
      names = "-c",
      paramLabel = "COUNT",
      description = "Stop after so many requests. Without it ping goes on until Ctrl-C.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "-i",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "Wait so long between two requests, at least 0.001. The default is 1.")
  private double interval;

  @Option(
      names = "-s",
      paramLabel = "BYTES",
      defaultValue = "56",
      description = "Send so much data, 0 to 65507. The default is 56.")
  private int size;

  @Option(
      names = "-t",
      paramLabel = "TTL",
      defaultValue = "64",
      description = "The time to live, 1 to 255. The default is 64.")
  private int ttl;

  @Option(
      names = "-W",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Wait so long for the last reply if there was none before. The default is 10.")
  private double timeout;

  @ArgGroup private FamilyOptions family = new FamilyOptions();

  @Parameters(
      paramLabel = "HOST",
      description = "Any address of the stack, for instance any in 127/8, or localhost.")
  private String host;

  @Override
  public int run(Session session) throws IOException {
    check(count >= 1, "-c " + count + ": the count is at least 1");
    check(interval >= 0.001 && interval <= MAX_SECONDS, "-i " + interval + ": 0.001 to 86400");
    check(size >= 0 && size <= Ping.MAX_SIZE, "-s " + size + ": the size is 0 to 65507");
    check(ttl >= 1 && ttl <= 255, "-t " + ttl + ": the time to live is 1 to 255");
    check(timeout > 0 && timeout <= MAX_SECONDS, "-W " + timeout + ": more than 0, at most 86400");
    try {
      return new Ping(
              session,
              new Ping.Settings(
                  host, family.family(), count, seconds(interval), size, ttl, seconds(timeout)))
          .run();
    } catch (UserException e) {
      throw e.exitStatus() == ExitStatus.NO_HOST
          ? new UserException(NAME_ERROR, "ping: " + e.getMessage())
          : e;
    }
  }

  private static void check(boolean good, String otherwise) {
    if (!good) {
      throw new UserException(ExitStatus.USAGE, "ping: " + otherwise);
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  /** Not both at a time. */
  static final class FamilyOptions {
    @Option(names = "-4", description = "Use IPv4 only.")
    private boolean inet;

    @Option(names = "-6", description = "Use IPv6 only.")
    private boolean inet6;

    /** What was asked for. */
    HostNames.Family family() {
      if (inet) {
        return HostNames.Family.INET;
      }
      return inet6 ? HostNames.Family.INET6 : HostNames.Family.ANY;
    }
  }
}
