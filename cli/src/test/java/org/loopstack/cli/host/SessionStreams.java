// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A session whose streams a test holds the other ends of. */
public final class SessionStreams {
  /** What was printed. */
  public final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** What was complained about. */
  public final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** A session on the kernel's loopback. */
  public Session session(HostStack stack, InputStream in) {
    return new Session(
        stack,
        in,
        new PrintStream(out, false, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Path.of("").toAbsolutePath());
  }

  /** As the other, with this input. */
  public Session session(HostStack stack, String in) {
    return session(stack, new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)));
  }

  /** What was printed, as text. */
  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** What was complained about, as text. */
  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
