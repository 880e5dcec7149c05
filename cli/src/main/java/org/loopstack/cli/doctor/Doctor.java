// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.loopstack.cli.host.UserException;

/** Looks at a machine in all ways there are. */
public final class Doctor {
  /**
   * What a check has found.
   *
   * @param check its name
   * @param finding one of its findings
   */
  public record Result(String check, Finding finding) {}

  private final List<Check> checks;

  /** With these checks. */
  public Doctor(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** How many checks there are. */
  public int checks() {
    return checks.size();
  }

  /** Looks; the worst first. */
  public List<Result> look(Machine machine) {
    List<Result> all = new ArrayList<>();
    for (Check check : checks) {
      try {
        check.look(machine).forEach(each -> all.add(new Result(check.name(), each)));
      } catch (IOException | UserException e) {
        all.add(
            new Result(
                check.name(),
                Finding.note(
                    "could not look: " + e.getMessage(), "what it looks for may be there", "")));
      }
    }
    all.sort(Comparator.comparing((Result r) -> r.finding.severity()).reversed());
    return all;
  }

  /** What to exit with. */
  public static int exitStatus(List<Result> results) {
    return results.stream().mapToInt(r -> r.finding.severity().exitStatus()).max().orElse(0);
  }
}
