// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.cli.doctor.TestMachine.answer;
import static org.loopstack.cli.doctor.TestMachine.failure;
import static org.loopstack.cli.doctor.TestMachine.write;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Severity;
import org.loopstack.cli.doctor.TestMachine;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.NetworkNamespace;

/** Faults of names, files and variables. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NameChecksTest {
  @TempDir Path root;

  /** In a network that has both addresses. */
  private List<Finding> hosts(String text) throws Exception {
    write(root, "etc/hosts", text);
    try (NetworkNamespace network = TestNetwork.up()) {
      return network.call(() -> new HostsFileCheck().look(new TestMachine().files(root)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 localhost;::1 localhost",
        "127.0.0.1 localhost localhost.localdomain;::1 LOCALHOST ip6-localhost # both",
        "# nothing;;127.0.0.1\tlocalhost;127.0.1.1 box;::1 ip6-loopback localhost;fe80::1%lo0 x"
      })
  void aGoodHostsFileIsHealthy(String text) throws Exception {
    assertThat(hosts(text.replace(';', '\n'))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 localhost;::1 localhost;10.0.0.5 localhost | ERROR | line 3 of /etc/hosts says"
            + " that localhost is 10.0.0.5",
        "::1 localhost | WARNING | says that localhost is ::1 and not that it is 127.0.0.1",
        "127.0.0.1 box | WARNING | does not say what localhost is",
        "127.0.0.1 localhost | NOTE | and not that it is ::1",
        "127.0.0.1 localhost;::1 localhost;127.0.0,1 box | WARNING | line 3 of /etc/hosts begins"
            + " with no address: 127.0.0,1 box",
        "127.0.0.1 localhost;::1 localhost;fd00::1 localhost | ERROR | localhost is fd00::1",
      })
  void aBadHostsFileIsFound(String text, Severity severity, String seen) throws Exception {
    assertThat(hosts(text.replace(';', '\n')))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(severity);
              assertThat(f.seen()).contains(seen);
              assertThat(f.mend()).isNotEmpty();
            });
  }

  @Test
  void noHostsFileIsFound() throws Exception {
    assertThat(new HostsFileCheck().look(new TestMachine().files(root)))
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).contains("no /etc/hosts"));
  }

  @Test
  void anAddressThatTheLoopbackDoesNotHaveIsFound() throws Exception {
    write(root, "etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    try (NetworkNamespace network = TestNetwork.up()) {
      TestNetwork.removeAddress(network, "::1", 128);
      assertThat(network.call(() -> new HostsFileCheck().look(new TestMachine().files(root))))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.severity()).isEqualTo(Severity.WARNING);
                assertThat(f.seen()).contains("localhost is ::1, which no interface has");
              });
    }
  }

  @Test
  void localhostThatIsTheLoopbackAndSoonFoundIsHealthy() {
    assertThat(new LocalhostNameCheck().look(new TestMachine())).isEmpty();
    assertThat(new LocalhostNameCheck().look(new TestMachine().localhost("127.0.0.1"))).isEmpty();
  }

  @Test
  void localhostThatIsElsewhereOrNowhereOrSlowIsFound() {
    assertThat(new LocalhostNameCheck().look(new TestMachine().localhost("10.0.0.5")))
        .extracting(Finding::seen)
        .containsExactly(
            "localhost is 10.0.0.5 for the C library", "localhost is 10.0.0.5 for Java");
    assertThat(
            new LocalhostNameCheck()
                .look(new TestMachine().system("localhost", failure(2, "no such name"))))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.ERROR);
              assertThat(f.seen()).isEqualTo("the C library does not know localhost: no such name");
            });
    assertThat(
            new LocalhostNameCheck()
                .look(new TestMachine().system("localhost", answer(150, "::1", "127.0.0.1"))))
        .singleElement()
        .satisfies(
            f -> assertThat(f.seen()).isEqualTo("the C library takes 150 ms to find localhost"));
    assertThat(
            new LocalhostNameCheck()
                .look(new TestMachine().java("localhost", answer(1200, "127.0.0.1", "::1"))))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.WARNING);
              assertThat(f.seen()).isEqualTo("Java takes 1200 ms to find localhost");
            });
  }

  @Test
  void javaThatDiffersFromTheOthersIsNoted() {
    assertThat(
            new LocalhostNameCheck()
                .look(new TestMachine().java("localhost", answer(1, "127.0.0.1", "::1"))))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.NOTE);
              assertThat(f.seen())
                  .isEqualTo("localhost is first ::1 for the C library and 127.0.0.1 for Java");
            });
    assertThat(
            new LocalhostNameCheck()
                .look(new TestMachine().java("localhost", answer(1, "127.0.0.1"))))
        .singleElement()
        .satisfies(
            f ->
                assertThat(f.seen())
                    .isEqualTo(
                        "localhost is ::1, 127.0.0.1 for the C library and 127.0.0.1 for Java"));
  }

  @Test
  void namesBelowLocalhostThatADnsServerAnswersAreFound() {
    TestMachine machine =
        new TestMachine()
            .system(SubdomainCheck.NAME, answer(9, "203.0.113.9"))
            .java(SubdomainCheck.NAME, answer(9, "203.0.113.9"));
    assertThat(new SubdomainCheck().look(machine))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.ERROR);
              assertThat(f.seen()).isEqualTo("app.localhost is [203.0.113.9] for all programs");
            });
    assertThat(new SubdomainCheck().look(new TestMachine()))
        .singleElement()
        .satisfies(f -> assertThat(f.severity()).isEqualTo(Severity.NOTE));
  }

  @Test
  void namesBelowLocalhostThatAreTheLoopbackAreHealthy() {
    TestMachine machine =
        new TestMachine()
            .system(SubdomainCheck.NAME, answer(1, "127.0.0.1"))
            .java(SubdomainCheck.NAME, answer(1, "127.0.0.1"));
    assertThat(new SubdomainCheck().look(machine)).isEmpty();
  }

  @Test
  void theMachinesOwnNameIsFoundSoonOrThatIsTold() throws Exception {
    write(root, "proc/sys/kernel/hostname", "box\n");
    TestMachine machine = new TestMachine().files(root);

    assertThat(new OwnNameCheck().look(machine.system("box", answer(3, "127.0.1.1")))).isEmpty();
    assertThat(new OwnNameCheck().look(machine.system("box", answer(5000, "10.0.0.2"))))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.seen())
                  .isEqualTo("this machine's own name, box, takes 5000 ms to look up");
              assertThat(f.mend()).isEqualTo("echo '127.0.1.1 box' >> /etc/hosts");
            });
    assertThat(new OwnNameCheck().look(machine.system("box", failure(1500, "no answer"))))
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).endsWith("1500 ms to look up in vain"));
    assertThat(new OwnNameCheck().look(machine.system("box", failure(2, "not known"))))
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).endsWith("box, means nothing: not known"));
    write(root, "proc/sys/kernel/hostname", "(none)\n");
    assertThat(new OwnNameCheck().look(machine))
        .singleElement()
        .satisfies(f -> assertThat(f.severity()).isEqualTo(Severity.NOTE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http_proxy | '' | localhost, 127.0.0.1, ::1",
        "HTTPS_PROXY | localhost | 127.0.0.1, ::1",
        "all_proxy | localhost,127.0.0.1,example.org | ::1",
        "http_proxy | notlocalhost,127.0.0.0/8,[::1] | localhost"
      })
  void aProxyThatIsUsedForThisMachineIsFound(String proxy, String exceptions, String missing) {
    TestMachine machine =
        new TestMachine()
            .variable(proxy, "http://proxy:3128")
            .variable("no_proxy", exceptions == null ? "" : exceptions);
    assertThat(new ProxyCheck().look(machine))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.WARNING);
              assertThat(f.seen())
                  .isEqualTo(proxy + " is set, and no_proxy does not except " + missing);
              assertThat(f.mend()).startsWith("export no_proxy=").contains("1");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"localhost,127.0.0.1,::1", "*", ".localhost 127.0.0.0/8 [::1]"})
  void aProxyWithExceptionsIsHealthy(String exceptions) {
    TestMachine machine =
        new TestMachine()
            .variable("http_proxy", "http://proxy:3128")
            .variable("NO_PROXY", exceptions);
    assertThat(new ProxyCheck().look(machine)).isEmpty();
    assertThat(new ProxyCheck().look(new TestMachine())).isEmpty();
    assertThat(new ProxyCheck().look(new TestMachine().variable("http_proxy", ""))).isEmpty();
  }

  private List<Finding> limits(String soft, String hard) throws Exception {
    write(
        root,
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max open files            "
            + soft
            + "                "
            + hard
            + "               files     \n");
    return new OpenFilesCheck().look(new TestMachine().files(root));
  }

  @Test
  void fewOpenFilesAreFound() throws Exception {
    assertThat(limits("256", "4096"))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.seen()).isEqualTo("a program may have 256 files open");
              assertThat(f.mend()).isEqualTo("ulimit -n 4096");
            });
    assertThat(limits("1024", "4096")).isEmpty();
    assertThat(limits("unlimited", "unlimited")).isEmpty();
  }

  @Test
  void aMachineThatRunsOutOfFilesIsFound() throws Exception {
    write(root, "proc/sys/fs/file-nr", "95000\t0\t100000\n");
    assertThat(limits("1024", "4096"))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.ERROR);
              assertThat(f.mend()).isEqualTo("sysctl -w fs.file-max=200000");
            });
    write(root, "proc/sys/fs/file-nr", "950\t0\t9223372036854775807\n");
    assertThat(limits("1024", "4096")).isEmpty();
  }

  private List<Finding> where() {
    return new WhereCheck().look(new TestMachine().files(root));
  }

  private void link(String name, String target) throws Exception {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.deleteIfExists(path);
    var _ = Files.createSymbolicLink(path, Path.of(target));
  }

  @Test
  void theMachinesOwnNetworkIsNotRemarkable() throws Exception {
    write(root, "proc/version", "Linux version 6.18.0 (gcc) #1 SMP\n");
    write(root, "proc/self/cgroup", "0::/user.slice/user-1000.slice/session-2.scope\n");
    link("proc/thread-self/ns/net", "net:[4026531840]");
    link("proc/1/ns/net", "net:[4026531840]");

    assertThat(where()).isEmpty();
  }

  @Test
  void aContainerAnotherNamespaceAndWindowsAreTold() throws Exception {
    link("proc/thread-self/ns/net", "net:[4026532000]");
    link("proc/1/ns/net", "net:[4026531840]");
    assertThat(where())
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).contains("another network namespace"));
    write(root, "proc/version", "Linux version 5.15.90.1-microsoft-standard-WSL2\n");
    assertThat(where())
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).contains("Windows' subsystem"));
    write(root, "proc/version", "Linux version 4.4.0 gVisor\n");
    assertThat(where())
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).isEqualTo("this is inside a sandbox: gVisor"));
    write(root, "proc/version", "Linux\n");
    write(root, ".dockerenv", "");
    assertThat(where())
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).isEqualTo("this is inside a container: Docker"));
    write(root, "proc/self/cgroup", "0::/machine.slice/libpod-0123456789abcdef.scope\n");
    assertThat(where())
        .singleElement()
        .satisfies(f -> assertThat(f.seen()).endsWith("podman 0123456789ab"));
    assertThat(where()).allSatisfy(f -> assertThat(f.severity()).isEqualTo(Severity.NOTE));
  }

  @Test
  void anotherNamespaceOfThisMachineIsTold() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      link("proc/thread-self/ns/net", network.identity());
      link("proc/1/ns/net", Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
      assertThat(where())
          .singleElement()
          .satisfies(f -> assertThat(f.mend()).startsWith("nsenter -t 1 -n"));
    }
  }
}
