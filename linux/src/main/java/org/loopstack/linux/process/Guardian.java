// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.loopstack.linux.namespace.NetworkNamespace;

/**
 * A small process in a namespace that outlives this one if this one dies, even by SIGKILL: it waits
 * for the end of a pipe whose other end is here. Then it says so, takes the redirection of {@code
 * lo} away where there is a {@code tc}, tells every process in the namespace to end, and makes
 * those end that have not after two seconds. With the last process the namespace is gone, and
 * everything in it.
 */
public final class Guardian implements Closeable {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP QUIT TSTP USR1 USR2
      ns=$(readlink /proc/self/ns/net)
      read -r word && [ "$word" = end ] && exit 0
      echo "lo: the process that carried this loopback has died; ending what runs on it" >&2
      tc qdisc del dev lo clsact 2>/dev/null
      signal() {
        some=1
        for p in /proc/[0-9]*; do
          pid=${p#/proc/}
          if [ "$pid" != $$ ] && [ "$(readlink "$p/ns/net" 2>/dev/null)" = "$ns" ]; then
            kill -s "$1" "$pid" 2>/dev/null && some=0
          fi
        done
        return $some
      }
      signal TERM
      n=0
      while [ $n -lt 20 ] && signal 0; do sleep 0.1; n=$((n + 1)); done
      while signal KILL; do sleep 0.1; done
      """;

  private final Process process;

  private Guardian(Process process) {
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param namespace where; not the machine's own, all of whose processes would end
   */
  public static Guardian start(NetworkNamespace namespace) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", SCRIPT);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new Guardian(namespace.call(builder::start));
  }

  /** The process, which is in the namespace for as long as this one lives. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Lets it go: all has gone well. */
  @Override
  public void close() throws IOException {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write("end\n".getBytes(StandardCharsets.US_ASCII));
    }
    try {
      int _ = process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
