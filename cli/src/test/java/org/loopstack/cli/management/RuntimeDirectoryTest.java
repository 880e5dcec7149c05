// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

class RuntimeDirectoryTest {
  private static final StackName NAME = new StackName("web");

  @TempDir Path temporary;

  @Test
  void isMadeForItsUserAlone() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
        .isEqualTo("rwx------");
  }

  @Test
  void socketOfAStackIsForItsUserAlone() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    try (ServerSocketChannel _ = directory.claim(NAME)) {
      Path socket = directory.path().resolve("web.sock");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void liesInXdgRuntimeDirWhereThereIsOne() {
    Map<String, String> variables = Map.of("XDG_RUNTIME_DIR", temporary.toString());
    assertThat(RuntimeDirectory.of(variables).path()).isEqualTo(temporary.resolve("loopstack"));
  }

  @Test
  void liesInTmpUnderTheUsersNumberWhereThereIsNone() throws IOException {
    Object uid = Files.getAttribute(temporary, "unix:uid");
    Path expected = Path.of("/tmp/loopstack-" + uid);
    assertThat(RuntimeDirectory.of(Map.of()).path()).isEqualTo(expected);
    assertThat(RuntimeDirectory.of(Map.of("XDG_RUNTIME_DIR", temporary + "/none")).path())
        .isEqualTo(expected);
  }

  @Test
  void isRefusedWhenOthersCanEnterIt() throws IOException {
    Path open = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertRefused(open, "can be entered by others");
  }

  @Test
  void isRefusedWhenItIsALink() throws IOException {
    Path real = RuntimeDirectory.at(temporary.resolve("real")).path();
    assertRefused(Files.createSymbolicLink(temporary.resolve("link"), real), "is not a directory");
  }

  @Test
  void isRefusedWhenItIsAFile() throws IOException {
    assertRefused(Files.createFile(temporary.resolve("file")), "is not a directory");
  }

  @Test
  void isRefusedWhenItBelongsToSomebodyElse() throws IOException {
    // Only root can give a directory away; the others have root's own at hand.
    Path other = Files.createDirectory(temporary.resolve("other"));
    if (Files.getAttribute(other, "unix:uid").equals(0)) {
      Files.setAttribute(other, "unix:uid", 65_534);
    } else {
      other = Path.of("/etc");
    }
    assertRefused(other, "belongs to ");
  }

  private static void assertRefused(Path path, String why) {
    assertThatThrownBy(() -> RuntimeDirectory.at(path))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> assertThat(e.exitStatus()).isEqualTo(ExitStatus.NO_PERMISSION))
        .hasMessageContaining(path.toString())
        .hasMessageContaining(why);
  }

  @Test
  void nameCannotBeTakenTwice() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    try (ServerSocketChannel _ = directory.claim(NAME)) {
      assertThatThrownBy(() -> directory.claim(NAME))
          .isInstanceOfSatisfying(
              UserException.class, e -> assertThat(e.exitStatus()).isEqualTo(ExitStatus.TAKEN))
          .hasMessage("a stack named \"web\" is running already");
    }
  }

  @Test
  void leftoverOfADeadStackIsReplaced() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    leaveBehind(directory);
    assertThat(directory.connect(NAME)).isNull();
    try (ServerSocketChannel listener = directory.claim(NAME)) {
      assertThat(listener.isOpen()).isTrue();
      assertThat(directory.connect(NAME)).isNotNull();
    }
  }

  @Test
  void leftoverIsRemovedButALivingSocketIsNot() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    leaveBehind(directory);
    assertThat(directory.names()).containsExactly(NAME);
    assertThat(directory.removeLeftover(NAME)).isTrue();
    assertThat(directory.names()).isEmpty();
    assertThat(directory.removeLeftover(NAME)).isFalse();
    try (ServerSocketChannel _ = directory.claim(NAME)) {
      assertThat(directory.removeLeftover(NAME)).isFalse();
      assertThat(directory.names()).containsExactly(NAME);
    }
  }

  @Test
  void nameIsFreeAgainAfterRelease() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    directory.release(NAME, directory.claim(NAME));
    assertThat(directory.names()).isEmpty();
    try (ServerSocketChannel again = directory.claim(NAME)) {
      assertThat(again.isOpen()).isTrue();
    }
  }

  @Test
  void whatIsNoStacksNameIsOverlooked() throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.at(temporary.resolve("run"));
    Files.createFile(directory.path().resolve("-odd name.sock"));
    Files.createFile(directory.path().resolve("notes.txt"));
    assertThat(directory.names()).isEmpty();
  }

  @Test
  void namesThatCouldLeadAstrayAreRefused() {
    for (String bad : new String[] {"", ".", "..", "../x", "a/b", "-n", "a b", "x".repeat(33)}) {
      assertThatThrownBy(() -> new StackName(bad))
          .as("\"%s\"", bad)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("cannot name a stack");
    }
    assertThat(new StackName("a.b_c-1")).hasToString("a.b_c-1");
  }

  /** What a process leaves that was killed: closing a channel does not remove its file. */
  private static void leaveBehind(RuntimeDirectory directory) throws IOException {
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(directory.path().resolve("web.sock")));
    }
  }
}
