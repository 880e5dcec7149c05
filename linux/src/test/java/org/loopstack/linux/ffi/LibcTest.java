// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class LibcTest {
  @Test
  void anErrorIsGivenAsItsNegatedNumberAndThrownWithItsName() {
    int result = Libc.open("/no/such/file", Libc.O_RDONLY);

    assertThat(Errno.ENOENT.is(result)).isTrue();
    assertThatThrownBy(() -> LinuxException.check(result, "open /no/such/file"))
        .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.errno()).isEqualTo(2))
        .hasMessage("open /no/such/file: No such file or directory (ENOENT)");
  }

  @Test
  void aFileIsReadAndItsDescriptorClosedOnce(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "hello");
    int fd = LinuxException.check(Libc.open(file.toString(), Libc.O_RDONLY), "open");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(16);

      assertThat(Libc.read(fd, buffer, 16)).isEqualTo(5);
      assertThat(buffer.getString(0)).isEqualTo("hello");
      assertThat(Errno.EBADF.is(Libc.write(fd, buffer, 1))).isTrue();
    }
    assertThat(Libc.close(fd)).isZero();
    assertThat(Errno.EBADF.is(Libc.close(fd))).isTrue();
  }

  @Test
  void pollTellsOfAnEventThatWasWritten() throws Exception {
    int fd = LinuxException.check(Libc.eventfd(), "eventfd");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polls = arena.allocate(8, 4);
      Libc.setPoll(polls, 0, fd, Libc.POLLIN);
      assertThat(Libc.poll(polls, 1, 0)).isZero();

      assertThat(Libc.write(fd, arena.allocateFrom(JAVA_LONG, 1), 8)).isEqualTo(8);

      assertThat(Libc.poll(polls, 1, -1)).isEqualTo(1);
      assertThat(Libc.polled(polls, 0)).isEqualTo(Libc.POLLIN);
    } finally {
      Libc.close(fd);
    }
  }

  @Test
  void anOptionOfASocketIsSetAndRead() throws Exception {
    int inet = 2;
    int stream = 1;
    int fd = LinuxException.check(Libc.socket(inet, stream, 0), "socket");
    try (Arena arena = Arena.ofConfined()) {
      int sol = 1;
      int reuse = 2;
      MemorySegment value = arena.allocate(JAVA_INT);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 4);

      assertThat(Libc.setsockopt(fd, sol, reuse, 1)).isZero();
      assertThat(Libc.getsockopt(fd, sol, reuse, value, length)).isZero();

      assertThat(value.get(JAVA_INT, 0)).isEqualTo(1);
      assertThat(length.get(JAVA_INT, 0)).isEqualTo(4);
    } finally {
      Libc.close(fd);
    }
  }
}
