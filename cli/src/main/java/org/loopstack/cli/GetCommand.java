// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.HttpGet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo get}. */
@Command(
    name = "get",
    description = {
      "Fetch a URL over HTTP, as curl does, with curl's exit statuses.",
      "They are 0 for any answer, 3 malformed URL, 6 no such host, 7 cannot connect, 23 cannot"
          + " write, 28 timed out, 52 empty reply, 56 receiving failed."
    },
    footer = {
      "%nExamples:",
      "  lo -n default get http://127.0.0.1:8080/",
      "  lo -n default get -v http://[::1]:8080/"
    })
final class GetCommand implements StackTool {
  @Option(
      names = {"-v", "--verbose"},
      description = "Print connecting and both sides' headers on standard error, as curl -v does.")
  private boolean verbose;

  @Option(
      names = {"-m", "--max-time"},
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Give up after so long. The default, 0, is never.")
  private double maxTime;

  @Parameters(paramLabel = "URL", description = "What to fetch; http:// may be left out.")
  private String url;

  @Override
  public int run(Session session) throws Exception {
    if (maxTime < 0 || maxTime > 1e6) {
      throw new UserException(ExitStatus.USAGE, "get: -m " + maxTime + ": 0 to 1000000");
    }
    return new HttpGet(
            session, url, verbose, (long) Math.ceil(maxTime * 1000), "lo/" + Version.text())
        .run();
  }
}
