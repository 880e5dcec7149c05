// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.doctor.Resolver.Answer;

/**
 * Whether names below localhost mean this machine. RFC 6761 section 6.3: "Name resolution APIs and
 * libraries SHOULD recognize localhost names as special and SHOULD always return the IP loopback
 * address for address queries"; browsers do, the C library only with a module.
 */
public final class SubdomainCheck implements Check {
  /** A name that nobody has in /etc/hosts. */
  static final String NAME = "lo-doctor.localhost";

  @Override
  public String name() {
    return "localhost-subdomains";
  }

  @Override
  public List<Finding> look(Machine machine) {
    List<Finding> found = new ArrayList<>();
    judge(found, "the C library", machine.resolver().system(NAME));
    judge(found, "Java", machine.resolver().java(NAME));
    // One cause, told once.
    return found.size() == 2 && found.get(0).mend().equals(found.get(1).mend())
        ? List.of(
            new Finding(
                found.get(0).severity(),
                found.get(0).seen().replaceFirst("for the C library", "for all programs"),
                found.get(0).why(),
                found.get(0).mend()))
        : found;
  }

  private static void judge(List<Finding> found, String who, Answer answer) {
    if (answer.failure() != null) {
      found.add(
          Finding.note(
              "names below localhost, as app.localhost, mean nothing for " + who,
              "browsers know them as this machine, and other programs do not",
              "install nss-myhostname, or add each to /etc/hosts: 127.0.0.1 app.localhost"));
    } else if (!answer.isLoopback()) {
      found.add(
          Finding.error(
              "app.localhost is " + answer.addresses() + " for " + who,
              "a DNS server answers for names that mean this machine: programs leave it",
              "install nss-myhostname in front of dns in /etc/nsswitch.conf, or ask another DNS"
                  + " server"));
    }
  }
}
