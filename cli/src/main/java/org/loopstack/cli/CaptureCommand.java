// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.CaptureFile;
import org.loopstack.cli.tool.LiveCapture;
import org.loopstack.cli.tool.PacketLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo capture}. */
@Command(
    name = "capture",
    description = {
      "Show what passes a stack, or without -n the machine, as tcpdump does; write it for"
          + " Wireshark; read captures.",
      "FILTER is tcpdump's: host, net, port, portrange, src, dst, proto, ip, ip6, tcp, udp, icmp,"
          + " icmp6, less, greater, len, tcp[tcpflags] & tcp-syn != 0, inbound, outbound, and, or,"
          + " not, brackets. Quote what the shell would take for itself.",
      "Ctrl-C ends it and tells how many packets passed, and how many were lost because nobody took"
          + " them in time: the stack waits for no capture."
    },
    footer = {
      "%nExamples:",
      "  lo -n default capture tcp port 8080",
      "  lo -n default capture -c 3 'tcp[tcpflags] & tcp-syn != 0'",
      "  lo -n default capture -w web.pcapng port 8080 and not host ::1",
      "  lo -n default capture -w - | wireshark -k -i -",
      "  lo -n default capture --live 19000      and then: wireshark -k -i TCP@127.0.0.1:19000",
      "  sudo lo capture port 8080    what passes the machine's own loopback",
      "  lo capture -r web.pcapng -X icmp or icmp6"
    })
final class CaptureCommand implements StackTool {
  @Option(
      names = "-i",
      paramLabel = "INTERFACE",
      defaultValue = "lo",
      description = "Which interface: lo, the default, another one, or any.")
  private String device;

  @Option(names = "-c", paramLabel = "COUNT", description = "End after so many packets.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "-w",
      paramLabel = "FILE",
      description = "Write to a file, in pcapng, and print nothing; - is standard output.")
  private @Nullable String write;

  @Option(names = "-r", paramLabel = "FILE", description = "Read a file, pcapng or pcap, instead.")
  private @Nullable Path read;

  @Option(
      names = "--live",
      paramLabel = "[ADDRESS:]PORT",
      description = {
        "Let Wireshark connect to a port of this machine and see what passes from then on. The"
            + " default address is 127.0.0.1: whoever can connect sees all."
      })
  private @Nullable String live;

  @Option(
      names = "-t",
      description = "Print no times; twice: seconds since 1970 instead of the time of day.")
  private boolean[] times = {};

  @Option(names = "-X", description = "Print the bytes of each packet, too.")
  private boolean bytes;

  @Parameters(paramLabel = "FILTER", arity = "0..*", description = "Which packets: all without it.")
  private List<String> filter = new ArrayList<>();

  /** Whether no stack is needed. */
  boolean readsFile() {
    return read != null;
  }

  /** Reads the file. */
  int read(Environment environment) {
    check(write == null && live == null, "-r reads, and neither -w nor --live is for it");
    Path file = environment.directory().resolve(String.valueOf(read));
    PacketLines lines = lines(true);
    return CaptureFile.print(file, text(), checkedCount(), lines, environment.out());
  }

  @Override
  public int run(Session session) throws Exception {
    check(write == null || live == null, "-w and --live are two things");
    LiveCapture capture = new LiveCapture(session, device, text(), checkedCount());
    if (live != null) {
      check(count == Long.MAX_VALUE, "-c and --live are two things");
      return capture.serve(live);
    }
    return write == null ? capture.print(lines(device.equals("any"))) : capture.write(write);
  }

  private String text() {
    return String.join(" ", filter);
  }

  private long checkedCount() {
    check(count >= 1, "-c " + count + ": the count is at least 1");
    return count;
  }

  private PacketLines lines(boolean named) {
    return new PacketLines(
        switch (times.length) {
          case 0 -> PacketLines.Times.OF_DAY;
          case 1 -> PacketLines.Times.NONE;
          default -> PacketLines.Times.SINCE_1970;
        },
        named,
        bytes);
  }

  private static void check(boolean good, String otherwise) {
    if (!good) {
      throw new UserException(ExitStatus.USAGE, "capture: " + otherwise);
    }
  }
}
