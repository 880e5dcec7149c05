// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.doctor.Resolver.Answer;

/** Whether the machine's own name is found, and soon. */
public final class OwnNameCheck implements Check {
  private static final long SLOW_MILLIS = 250;

  @Override
  public String name() {
    return "own-name";
  }

  @Override
  public List<Finding> look(Machine machine) {
    List<String> words = machine.files().words("proc/sys/kernel/hostname");
    if (words.isEmpty() || words.getFirst().equals("(none)")) {
      return List.of(
          Finding.note(
              "this machine has no name",
              "programs that ask for it get an error",
              "hostname NAME"));
    }
    String name = words.getFirst();
    Answer answer = machine.resolver().system(name);
    if (answer.millis() >= SLOW_MILLIS && answer.failure() == null) {
      // Once may be by chance.
      answer = machine.resolver().system(name);
    }
    String mend = "echo '127.0.1.1 " + name + "' >> /etc/hosts";
    if (answer.failure() != null && answer.millis() < SLOW_MILLIS) {
      return List.of(
          Finding.warning(
              "this machine's own name, " + name + ", means nothing: " + answer.failure(),
              "InetAddress.getLocalHost() throws, and sudo and others complain",
              mend));
    }
    if (answer.millis() >= SLOW_MILLIS) {
      return List.of(
          Finding.warning(
              "this machine's own name, "
                  + name
                  + ", takes "
                  + answer.millis()
                  + " ms to look up"
                  + (answer.failure() == null ? "" : " in vain"),
              "many programs look it up when they start: Java's logging and UUIDs, sudo, databases",
              mend));
    }
    return List.of();
  }
}
