// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.process;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/**
 * Makes this process another program: the same process for whoever started it, with its terminal,
 * its standard streams, its signals and its exit status, and no JVM any more.
 */
public final class Exec {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  private static final int STANDARD_STREAMS = 3;

  private Exec() {}

  /**
   * Becomes another program, in the namespaces of the calling thread; nothing runs behind this, no
   * shutdown hook either.
   *
   * @param command the program, looked for in {@code PATH}, and its arguments
   * @return never
   * @throws LinuxException ENOENT if there is no such program, EACCES if it is none that may be run
   */
  public static LinuxException replaceBy(List<String> command) throws IOException {
    closeOnExec();
    try (Arena arena = Arena.ofConfined()) {
      // What came from the C library as bytes goes back as the same bytes.
      Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
      MemorySegment arguments = arena.allocate(ADDRESS, command.size() + 1L);
      for (int i = 0; i < command.size(); i++) {
        arguments.setAtIndex(ADDRESS, i, arena.allocateFrom(command.get(i), charset));
      }
      arguments.setAtIndex(ADDRESS, command.size(), MemorySegment.NULL);
      int result = Libc.execvp(arguments.getAtIndex(ADDRESS, 0), arguments);
      return new LinuxException(command.getFirst(), -result);
    }
  }

  /** Files of the JVM's are not the other program's. */
  private static void closeOnExec() throws IOException {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path each : open) {
        int fd = Integer.parseInt(each.getFileName().toString());
        if (fd >= STANDARD_STREAMS) {
          int _ = Libc.fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
