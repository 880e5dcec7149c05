// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementClient;
import org.loopstack.cli.management.RuntimeDirectory;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.management.StackStatus;

/**
 * The stacks that run. Looking for them removes what dead ones left.
 *
 * @param stacks those that answered, by name
 * @param silent those that live but did not answer, with the reason
 * @param removed those that were dead
 */
record Running(
    Map<String, StackStatus> stacks, Map<String, String> silent, List<StackName> removed) {
  /** A stack answers in microseconds, unless its process is stopped. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String NO_ANSWER = "does not answer";

  /** Asks them all at once. */
  static Running find(Environment environment) {
    RuntimeDirectory directory = environment.runtimeDirectory();
    Map<String, StackStatus> stacks = new ConcurrentHashMap<>();
    Map<String, String> silent = new ConcurrentHashMap<>();
    List<StackName> removed = new ArrayList<>();
    List<Thread> questions = new ArrayList<>();
    for (StackName name : directory.names()) {
      ManagementClient client = ManagementClient.connect(directory, name);
      if (client != null) {
        silent.put(name.text(), NO_ANSWER);
        questions.add(Thread.ofVirtual().start(() -> ask(name, client, stacks, silent)));
      } else if (directory.removeLeftover(name)) {
        removed.add(name);
      }
    }
    join(questions);
    return new Running(new TreeMap<>(stacks), new TreeMap<>(silent), removed);
  }

  private static void ask(
      StackName name,
      ManagementClient client,
      Map<String, StackStatus> stacks,
      Map<String, String> silent) {
    try (client) {
      stacks.put(name.text(), client.status());
      silent.remove(name.text());
    } catch (UserException e) {
      silent.put(name.text(), e.getMessage());
    }
  }

  private static void join(List<Thread> questions) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (Thread question : questions) {
        question.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The names of all that live, sorted. */
  List<String> names() {
    Set<String> names = new TreeSet<>(stacks.keySet());
    names.addAll(silent.keySet());
    return List.copyOf(names);
  }
}
