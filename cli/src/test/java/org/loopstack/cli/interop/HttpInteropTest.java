// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.cli.service.HttpService;

/** HTTP: Jetty on our stack, the kernel's clients. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpInteropTest {
  private static final int LENGTH = 5_000_000;

  @TempDir Path folder;
  @TempDir Path site;

  private TunWorld world;

  @BeforeEach
  void open() throws Exception {
    world = TunWorld.open(folder);
    byte[] data = new byte[LENGTH];
    new Random(1).nextBytes(data);
    Files.write(site.resolve("data"), data);
    Files.writeString(site.resolve("small"), "Hello");
    List<InetAddress> addresses =
        List.of(InetAddress.ofLiteral(TunWorld.OURS), InetAddress.ofLiteral(TunWorld.OURS6));
    world.with(HttpService.start(world.ours(), 8080, addresses, site, _ -> {}));
  }

  @AfterEach
  void close() throws Exception {
    if (world != null) {
      world.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TunWorld.OURS, "[" + TunWorld.OURS6 + "]"})
  void curlGetsWhatIsThere(String host) throws Exception {
    String url = "http://" + host + ":8080/data";
    assertThat(world.run("curl", "-sS", "--fail", "-o", "got", url)).isEmpty();

    assertThat(Files.mismatch(folder.resolve("got"), site.resolve("data"))).isEqualTo(-1);
    // A range, and two requests over one connection.
    assertThat(world.run("curl", "-sS", "-r", "10-19", url, "-o", "a", url, "-o", "b")).isEmpty();
    assertThat(Files.size(folder.resolve("a"))).isEqualTo(10);
    world.inspect();
  }

  @Test
  void wrkGetsOnlyGoodAnswers() throws Exception {
    String said =
        world.run(
            "wrk",
            "-t",
            "1",
            "-c",
            "16",
            "-d",
            "2s",
            "--timeout",
            "30s",
            "http://" + TunWorld.OURS + ":8080/small");

    assertThat(said)
        .contains("Requests/sec")
        .doesNotContain("Non-2xx")
        .doesNotContain("Socket err");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-k", "-d"})
  void abGetsOnlyGoodAnswersWithAndWithoutKeepAlive(String option) throws Exception {
    String said =
        world.run("ab", option, "-n", "500", "-c", "8", "http://" + TunWorld.OURS + ":8080/small");

    assertThat(said)
        .containsPattern("Complete requests: +500\n")
        .containsPattern("Failed requests: +0\n")
        .doesNotContain("Non-2xx");
    world.inspect();
  }
}
