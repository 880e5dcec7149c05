// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.bench.rows.Rows;
import picocli.CommandLine;

class BenchCommandTest {
  private static List<String> wanted(String... arguments) {
    BenchCommand command = new BenchCommand();
    new CommandLine(command).parseArgs(arguments);
    return Rows.all().stream().filter(command::wants).map(Row::name).toList();
  }

  @Test
  void aWholeRunHasAllRows() {
    assertThat(wanted()).hasSameSizeAs(Rows.all());
  }

  @Test
  void aQuickRunLeavesOutWhatNeedsMoreTimeUnlessItIsAskedFor() {
    assertThat(wanted("--quick"))
        .noneMatch(name -> name.contains("HTTP"))
        .anyMatch(name -> name.contains("connect"));
    assertThat(wanted("--quick", "--rows", "HTTP")).isEqualTo(wanted("--rows", "HTTP")).hasSize(2);
  }
}
