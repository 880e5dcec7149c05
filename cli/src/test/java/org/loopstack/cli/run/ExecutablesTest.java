// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.linux.ffi.Errno;

/** As execvp(3) looks for programs. */
@DisabledOnOs(OS.WINDOWS)
class ExecutablesTest {
  @TempDir Path folder;

  private Path file(String place, boolean executable) throws Exception {
    Path file = folder.resolve(place);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    return Files.setPosixFilePermissions(
        file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
  }

  @Test
  void aNameIsLookedForInThePathAndTheFirstThatMayBeRunCounts() throws Exception {
    file("one/tool", false);
    file("two/tool", true);
    file("one/text", false);
    String path = folder.resolve("one") + ":" + folder.resolve("two");

    assertThat(Executables.errno("tool", path)).isZero();
    assertThat(Executables.errno("text", path)).isEqualTo(Errno.EACCES.number());
    assertThat(Executables.errno("none", path)).isEqualTo(Errno.ENOENT.number());
    assertThat(Executables.errno("", path)).isEqualTo(Errno.ENOENT.number());
    assertThat(Executables.errno("sh", null)).isZero();
  }

  @Test
  void aPathIsTakenAsItIs() throws Exception {
    Path tool = file("one/tool", true);
    Path text = file("one/text", false);

    assertThat(Executables.errno(tool.toString(), "")).isZero();
    assertThat(Executables.errno(text.toString(), "")).isEqualTo(Errno.EACCES.number());
    assertThat(Executables.errno(folder.toString(), "")).isEqualTo(Errno.EACCES.number());
    assertThat(Executables.errno(folder + "/none", "")).isEqualTo(Errno.ENOENT.number());
  }
}
