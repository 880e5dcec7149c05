// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.loopstack.StackConfiguration;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

/** Whose behaviour a stack shows. */
enum Profile {
  /** Linux, as {@code FACTS.md} has it. */
  LINUX("linux") {
    @Override
    StackConfiguration configuration() {
      return StackConfiguration.linux();
    }
  },
  /** FreeBSD, as it looks on the wire. */
  FREEBSD("freebsd") {
    @Override
    StackConfiguration configuration() {
      return StackConfiguration.freebsd();
    }
  };

  private final String text;

  Profile(String text) {
    this.text = text;
  }

  /** The settings that make it. */
  abstract StackConfiguration configuration();

  /** As it is typed. */
  String text() {
    return text;
  }

  /** The one with that name; an error that lists them all if there is none. */
  static Profile of(String text) {
    for (Profile profile : values()) {
      if (profile.text.equals(text)) {
        return profile;
      }
    }
    throw new UserException(
        ExitStatus.USAGE,
        "there is no profile \""
            + text
            + "\"; there is: "
            + Arrays.stream(values()).map(Profile::text).collect(Collectors.joining(", ")));
  }
}
