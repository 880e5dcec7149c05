// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import jdk.internal.access.SharedSecrets;
import org.loopstack.StackInterface;
import org.loopstack.capture.Capture;

/** A capture that lasts as long as the JVM, however that ends. */
final class LastingCapture {
  /**
   * The last of the JVM's own places for what is done at its end: those of the application, which
   * may still talk while it shuts down, run in the second (java.lang.Shutdown).
   */
  private static final int LAST_HOOK = 9;

  private LastingCapture() {}

  /**
   * Captures from now on until the application's shutdown hooks are done.
   *
   * @throws IllegalArgumentException with a line for the user, if the file cannot be made
   */
  static void begin(StackInterface loopback, Path file) {
    Capture capture;
    try {
      capture = loopback.captureTo(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("\"capture=" + file + "\": " + reason(e), e);
    }
    SharedSecrets.getJavaLangAccess()
        .registerShutdownHook(LAST_HOOK, false, () -> end(capture, file));
  }

  private static void end(Capture capture, Path file) {
    try {
      capture.close();
    } catch (IOException e) {
      System.err.println("loopstack-agent: " + file + ": " + e.getMessage());
    }
    if (capture.lost() > 0) {
      System.err.println(
          "loopstack-agent: "
              + file
              + ": "
              + capture.lost()
              + " packets came faster than they could be written and are missing");
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such directory";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException known when known.getReason() != null -> known.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
