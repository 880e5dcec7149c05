// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.wire.IpAddress;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoctorTest {
  private static final Check FINE = check("fine");
  private static final Check NOTES = check("notes", Finding.note("seen", "why", ""));
  private static final Check WARNS = check("warns", Finding.warning("seen 2", "why", "mend"));
  private static final Check FAILS = check("fails", Finding.error("seen 3", "why", "mend"));

  private static Check check(String name, Finding... findings) {
    return new Check() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<Finding> look(Machine machine) {
        return List.of(findings);
      }
    };
  }

  private static List<Doctor.Result> look(Check... checks) {
    return new Doctor(List.of(checks)).look(new TestMachine());
  }

  @Test
  void theWorstComesFirstAndDecidesTheExitStatus() {
    assertThat(Doctor.exitStatus(look(FINE))).isZero();
    assertThat(Doctor.exitStatus(look(FINE, NOTES))).isZero();
    assertThat(Doctor.exitStatus(look(NOTES, WARNS))).isEqualTo(1);
    assertThat(Doctor.exitStatus(look(WARNS, FAILS, NOTES))).isEqualTo(3);
    assertThat(look(NOTES, WARNS, FINE, FAILS))
        .extracting(Doctor.Result::check)
        .containsExactly("fails", "warns", "notes");
  }

  @Test
  void aCheckThatCannotLookIsNotedAndTheOthersLook() {
    Check blind =
        new Check() {
          @Override
          public String name() {
            return "blind";
          }

          @Override
          public List<Finding> look(Machine machine) throws IOException {
            throw new IOException("not permitted");
          }
        };
    List<Doctor.Result> results = look(blind, WARNS);

    assertThat(results).hasSize(2);
    assertThat(results.getLast().finding().severity()).isEqualTo(Severity.NOTE);
    assertThat(results.getLast().finding().seen()).isEqualTo("could not look: not permitted");
  }

  @Test
  void itIsPrintedForPeopleAndForPrograms() {
    List<Doctor.Result> results = look(WARNS, NOTES, FAILS);
    assertThat(DoctorPrinter.text(results, 4, Duration.ofMillis(1234)))
        .isEqualTo(
            """
            error: seen 3 [fails]
              why:  why
              mend: mend
            warning: seen 2 [warns]
              why:  why
              mend: mend
            note: seen [notes]
              why:  why

            4 checks in 1.2 s: 1 error, 1 warning
            """);
    assertThat(DoctorPrinter.text(List.of(), 4, Duration.ofMillis(900)))
        .isEqualTo("4 checks in 0.9 s: nothing is wrong\n");
    JsonObject json =
        JsonParser.parseString(DoctorPrinter.json(results, 4, Duration.ofMillis(1234)))
            .getAsJsonObject();
    assertThat(json.get("status").getAsInt()).isEqualTo(3);
    assertThat(json.get("seconds").getAsDouble()).isEqualTo(1.234);
    JsonObject first = json.getAsJsonArray("findings").get(0).getAsJsonObject();
    assertThat(first.get("check").getAsString()).isEqualTo("fails");
    assertThat(first.get("severity").getAsString()).isEqualTo("error");
    assertThat(first.get("mend").getAsString()).isEqualTo("mend");
  }

  @Test
  void allChecksHaveNamesOfTheirOwn() {
    List<Check> checks = Checks.all(new Checks.Target("localhost", 8080, null));
    assertThat(checks.stream().map(Check::name).collect(Collectors.toSet()))
        .hasSameSizeAs(checks)
        .allSatisfy(name -> assertThat(name).matches("[a-z-]+"));
    assertThat(Checks.all(null)).hasSize(checks.size() - 1);
  }

  @Test
  void aHealthyNetworkIsHealthyAndThatIsSoonKnown() throws Exception {
    // What depends on how busy the machine is, or on its own names, is other tests' question.
    Set<String> others = Set.of("latency", "own-name", "localhost-name", "hosts-file", "selector");
    try (NetworkNamespace network = TestNetwork.up()) {
      List<Doctor.Result> results =
          network.call(() -> new Doctor(Checks.all(null)).look(new TestMachine()));

      assertThat(results)
          .filteredOn(r -> !others.contains(r.check()))
          .filteredOn(r -> r.finding().severity() != Severity.NOTE)
          .isEmpty();
    }
  }

  @Test
  void theMachinesOwnResolversAreAskedAndNotWaitedForLongerThanNeeded() {
    LiveMachine machine = new LiveMachine(MachineFiles.ofMachine(), Map.of());
    Resolver.Answer literal = machine.resolver().system("127.0.0.1");
    assertThat(literal.addresses()).containsExactly(IpAddress.IPV4_LOOPBACK);
    assertThat(literal.failure()).isNull();
    assertThat(machine.resolver().java("::1").addresses()).containsExactly(IpAddress.IPV6_LOOPBACK);
    assertThat(machine.resolver().system("..").failure()).startsWith("..: ");
    CountDownLatch asked = new CountDownLatch(1);
    Resolver.Answer none =
        new LiveResolver(Duration.ofMillis(1))
            .ask(
                () -> {
                  asked.await();
                  return List.of(IpAddress.IPV4_LOOPBACK);
                });
    asked.countDown();
    assertThat(none.failure()).isEqualTo("no answer in 1 ms");
    assertThat(none.isLoopback()).isFalse();
  }

  @Test
  void roundTripsAreCountedFromTheShortest() {
    long[] nanos = new long[100];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = (100 - i) * 1000L;
    }
    RoundTrips trips = new RoundTrips(nanos, 2);

    assertThat(trips.micros(50)).isEqualTo(50);
    assertThat(trips.micros(99)).isEqualTo(99);
    assertThat(trips.micros(100)).isEqualTo(100);
    assertThat(trips.sent()).isEqualTo(102);
    assertThat(new RoundTrips(new long[0], 1).micros(50)).isZero();
  }
}
