// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.util.regex.Pattern;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

/**
 * The name of a stack: it becomes the name of a file, so it is held to what is harmless in one.
 *
 * @param text 1 to 32 letters, digits, '-', '_' or '.', beginning with a letter or digit
 */
public record StackName(String text) {
  /** The name of a stack that was given none. */
  public static final String DEFAULT = "default";

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

  /** Refuses what is not a name. */
  public StackName {
    if (!isValid(text)) {
      throw new UserException(
          ExitStatus.USAGE,
          "\""
              + text
              + "\" cannot name a stack: 1 to 32 letters, digits, '-', '_' or '.', beginning with"
              + " a letter or digit");
    }
  }

  /** Whether it can name a stack. */
  public static boolean isValid(String text) {
    return VALID.matcher(text).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
