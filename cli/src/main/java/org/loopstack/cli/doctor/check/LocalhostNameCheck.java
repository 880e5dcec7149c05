// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.doctor.Resolver.Answer;
import org.loopstack.wire.IpAddress;

/** What localhost is, in which order, how long that takes: by the C library and by Java. */
public final class LocalhostNameCheck implements Check {
  private static final long SLOW_MILLIS = 100;

  /** Java keeps its first answer: it cannot be asked again whether it is slow each time. */
  private static final long SLOW_MILLIS_OF_JAVA = 1000;

  private static final String HOSTS_FIRST =
      "let the line hosts: of /etc/nsswitch.conf begin with files, and /etc/hosts say"
          + " 127.0.0.1 localhost";

  @Override
  public String name() {
    return "localhost-name";
  }

  @Override
  public List<Finding> look(Machine machine) {
    Answer system = machine.resolver().system("localhost");
    Answer java = machine.resolver().java("localhost");
    List<Finding> found = new ArrayList<>();
    if (system.millis() >= SLOW_MILLIS) {
      // Once may be by chance.
      system = machine.resolver().system("localhost");
    }
    judge(found, "the C library", system, SLOW_MILLIS);
    judge(found, "Java", java, SLOW_MILLIS_OF_JAVA);
    if (found.isEmpty()) {
      compare(found, system, java);
    }
    return found;
  }

  private static void judge(List<Finding> found, String who, Answer answer, long slow) {
    if (answer.failure() != null) {
      found.add(
          Finding.error(
              who + " does not know localhost: " + answer.failure(),
              "every program that says localhost fails",
              "echo '127.0.0.1 localhost' >> /etc/hosts"));
    } else if (!answer.isLoopback()) {
      found.add(
          Finding.error(
              "localhost is " + text(answer.addresses()) + " for " + who,
              "programs leave this machine when they mean themselves",
              HOSTS_FIRST));
    } else if (answer.millis() >= slow) {
      found.add(
          Finding.warning(
              who + " takes " + answer.millis() + " ms to find localhost",
              "each connection to localhost begins with that: a server is asked first",
              HOSTS_FIRST));
    }
  }

  private static void compare(List<Finding> found, Answer system, Answer java) {
    List<IpAddress> c = system.addresses();
    List<IpAddress> j = java.addresses();
    if (!new HashSet<>(c).equals(new HashSet<>(j))) {
      found.add(
          Finding.note(
              "localhost is " + text(c) + " for the C library and " + text(j) + " for Java",
              "a Java client may not find a server that others find, and the reverse",
              "name the address instead of localhost, or say both in /etc/hosts"));
    } else if (!c.getFirst().equals(j.getFirst())) {
      found.add(
          Finding.note(
              "localhost is first "
                  + c.getFirst()
                  + " for the C library and "
                  + j.getFirst()
                  + " for Java",
              "a Java client connects over the other IP version than most, where another server"
                  + " may listen",
              "-Djava.net.preferIPv6Addresses=system makes Java do as the C library"));
    }
  }

  private static String text(List<IpAddress> addresses) {
    return addresses.stream().map(IpAddress::toString).collect(Collectors.joining(", "));
  }
}
