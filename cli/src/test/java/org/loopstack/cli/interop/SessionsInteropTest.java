// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Protocols of others. Client and server are the kernel's programs; between them every byte goes
 * through TCP of ours: in one direction the client reaches a server of ours, which hands on to the
 * real one, in the other a client of ours reaches the real server.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionsInteropTest {
  @TempDir Path folder;

  private TunWorld world;

  @BeforeEach
  void open() {
    world = TunWorld.open(folder);
  }

  @AfterEach
  void close() throws Exception {
    if (world != null) {
      world.close();
    }
  }

  /**
   * A server of ours at that port, and one of the kernel's at the next, which a client of ours is
   * behind.
   */
  private void join(int port) throws IOException {
    InetSocketAddress real = new InetSocketAddress("127.0.0.1", port);
    world.relay(world.ours(), TunWorld.OURS, port, world.kernels(), real);
    // The kernel's client, our client, the kernel's server.
    world.relay(world.kernels(), TunWorld.KERNEL, port, world.kernels(), real);
    world.relay(
        world.kernels(),
        "127.0.0.1",
        port + 1,
        world.ours(),
        new InetSocketAddress(TunWorld.KERNEL, port));
  }

  @Test
  void iperf3MeasuresBothDirectionsOverTcpAndUdp() throws Exception {
    Process _ = world.start(folder.resolve("server"), "iperf3", "-s", "-B", "127.0.0.1");
    world.awaitListener(5201);
    join(5201);
    for (String[] to : new String[][] {{TunWorld.OURS, "5201"}, {"127.0.0.1", "5202"}}) {
      String command = "iperf3 -t 1 -f m -c " + to[0] + " -p " + to[1];
      assertThat(throughput(measure(command))).isPositive();
      assertThat(throughput(measure(command + " -R"))).isPositive();
      assertThat(measure(command + " -u -b 10M")).contains("receiver");
    }
  }

  /** The server may not have done with the one before. */
  private String measure(String command) throws Exception {
    return world.shell(
        "until said=$("
            + command
            + " 2>&1); do case $said in *'server is busy'*) ;; *) echo \"$said\"; exit 1;; esac;"
            + " done; echo \"$said\"");
  }

  private static double throughput(String said) {
    var matcher = java.util.regex.Pattern.compile("([0-9.]+) Mbits/sec +receiver").matcher(said);
    assertThat(matcher.find()).as(said).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void sshRunsACommandAndCarriesAFile() throws Exception {
    TunWorld.needs("sshd");
    TunWorld.needs("ssh");
    assumeTrue(
        Files.readString(Path.of("/etc/passwd")).contains("sshd:")
            && Files.isReadable(Path.of("/etc/shadow"))
            && !Files.readString(Path.of("/etc/shadow")).contains("root:!"),
        "sshd has no user of its own here, or root may not log in");
    world.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "host");
    world.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "user");
    Files.setPosixFilePermissions(
        folder.resolve("user"), PosixFilePermissions.fromString("rw-------"));
    // Where sshd wants an empty folder of its own, and a package's script did not make it.
    Files.createDirectories(Path.of("/run/sshd"));
    Process _ =
        world.start(
            folder.resolve("sshd.log"),
            "/usr/sbin/sshd",
            "-D",
            "-e",
            "-f",
            "/dev/null",
            "-p",
            "2222",
            "-h",
            folder.resolve("host").toString(),
            "-o",
            "ListenAddress=127.0.0.1",
            "-o",
            "AuthorizedKeysFile=" + folder.resolve("user.pub"),
            "-o",
            "StrictModes=no",
            "-o",
            "UsePAM=no",
            "-o",
            "PermitRootLogin=yes",
            "-o",
            "PidFile=none");
    world.awaitListener(2222);
    join(2222);
    byte[] data = new byte[2_000_000];
    new Random(3).nextBytes(data);
    Files.write(folder.resolve("data"), data);
    String options =
        " -i user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
            + " -o BatchMode=yes ";
    world.shell("ssh" + options + "-p 2222 root@" + TunWorld.OURS + " 'cat; echo end' <data >got");
    world.shell("ssh" + options + "-p 2223 root@127.0.0.1 'cat; echo end' <data >got2");

    assertThat(Files.size(folder.resolve("got"))).isEqualTo(data.length + 4);
    assertThat(Files.mismatch(folder.resolve("data"), folder.resolve("got")))
        .isEqualTo(data.length);
    assertThat(Files.mismatch(folder.resolve("got"), folder.resolve("got2"))).isEqualTo(-1);
    world.inspect();
  }

  @Test
  void aMariaDbClientHasASession() throws Exception {
    TunWorld.needs("mariadbd");
    TunWorld.needs("mariadb");
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    Path data = folder.resolve("db");
    world.shell(
        "mariadb-install-db --no-defaults --user=root --auth-root-authentication-method=normal"
            + " --skip-test-db --datadir="
            + data
            + " >install 2>&1 || { cat install; exit 1; }");
    Process _ =
        world.start(
            folder.resolve("db.log"),
            "mariadbd",
            "--no-defaults",
            "--user=root",
            "--datadir=" + data,
            "--socket=" + folder.resolve("s"),
            "--pid-file=" + folder.resolve("p"),
            "--bind-address=127.0.0.1",
            "--port=3306",
            "--skip-name-resolve",
            "--skip-log-bin");
    world.awaitListener(3306);
    join(3306);
    String sql =
        "create database d; use d; create table t (n int primary key, b longblob); insert into t"
            + " select seq, repeat(char(65 + seq % 26), 50000) from seq_1_to_100; select count(*),"
            + " sum(length(b)) from t; select b from t where n = 1; drop database d";
    for (String to : new String[] {"-h " + TunWorld.OURS + " -P 3306", "-h 127.0.0.1 -P 3307"}) {
      String said = world.shell("mariadb --no-defaults -u root -N -B " + to + " -e '" + sql + "'");

      assertThat(said).startsWith("100\t5000000\n" + "B".repeat(1000)).hasSize(12 + 50_001);
    }
    world.inspect();
  }
}
