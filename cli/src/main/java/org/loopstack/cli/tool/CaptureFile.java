// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.capture.CaptureReader;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.capture.filter.CaptureFilter;
import org.loopstack.capture.filter.FilterException;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.wire.IpAddress;

/** A capture that is read from a file and printed. */
public final class CaptureFile {
  private CaptureFile() {}

  /**
   * Prints its packets.
   *
   * @param filter which; a host in it may have a name that the machine knows
   * @param count how many at most
   * @return the exit status
   * @throws UserException if it cannot be read or the filter not understood; what comes before the
   *     bad place in a file is printed
   */
  public static int print(
      Path file, String filter, long count, PacketLines lines, PrintStream out) {
    CaptureFilter wanted = parse(filter);
    try (CaptureReader reader = CaptureReader.open(file)) {
      long left = count;
      for (CapturedPacket packet; left > 0 && (packet = reader.next()) != null; ) {
        if (packet.matches(wanted)) {
          out.print(lines.of(packet));
          left--;
          if (out.checkError()) {
            return ExitStatus.BROKEN_PIPE;
          }
        }
      }
      return ExitStatus.OK;
    } catch (NoSuchFileException e) {
      throw new UserException(ExitStatus.NO_INPUT, "capture: there is no file " + file);
    } catch (AccessDeniedException e) {
      throw new UserException(ExitStatus.NO_PERMISSION, "capture: " + file + ": permission denied");
    } catch (IOException e) {
      throw new UserException(ExitStatus.IO_ERROR, "capture: " + saidOf(file, e));
    }
  }

  /** What is wrong with the bytes of a file names it; what the system says of it does not. */
  private static String saidOf(Path file, IOException e) {
    String said = String.valueOf(e.getMessage());
    return said.startsWith(file.toString()) ? said : file + ": " + said;
  }

  private static CaptureFilter parse(String filter) {
    try {
      return CaptureFilter.parse(filter, CaptureFile::addresses);
    } catch (FilterException e) {
      throw new UserException(ExitStatus.USAGE, "capture: " + e.getMessage());
    }
  }

  private static List<IpAddress> addresses(String name) {
    List<IpAddress> all = new ArrayList<>();
    try {
      for (InetAddress each : InetAddress.getAllByName(name)) {
        all.add(IpAddress.of(each));
      }
    } catch (UnknownHostException e) {
      // There is none of that name.
    }
    return all;
  }
}
