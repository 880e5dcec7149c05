// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command lines of {@code lo run}, {@code exec}, {@code up} and {@code listen} that are wrong. */
@Timeout(60)
class RunMistakesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "run                               | 2  | Missing required parameter: 'COMMAND'",
        "run --                            | 2  | Missing required parameter: 'COMMAND'",
        "run --frob -- true                | 2  | Unknown option: '--frob'",
        "run --latency -- true             | 2  | Expected parameter for option '--latency'",
        "run --latency soon true           | 2  | not a time with its unit",
        "run --latency -5ms true           | 2  | not a time with its unit",
        "run --loss 150% true              | 2  | A probability is 0 to 1",
        "run --loss x true                 | 2  | not a probability",
        "run --bandwidth 0 true            | 2  | not a rate with its unit",
        "run --fault frob true             | 2  | none of what a rule can do",
        "run --mtu 67 true                 | 2  | the MTU is 68 to 65536 bytes: 67",
        "run --mtu 65537 true              | 2  | the MTU is 68 to 65536 bytes: 65537",
        "run --mtu big true                | 2  | '--mtu': \"big\" is not a whole number",
        "run --seed x true                 | 2  | '--seed': \"x\" is not a whole number",
        "run --seed 9999999999999999999 true | 2 | is not a whole number",
        "run --http 0 true                 | 2  | a port is 1 to 65535: 0",
        "run --http -1 true                | 2  | a port is 1 to 65535: -1",
        "run --http 65536 true             | 2  | a port is 1 to 65535: 65536",
        "run --http 4294967376 true        | 2  | is not a whole number",
        "run --echo x true                 | 2  | '--echo': \"x\" is not a whole number",
        "run --http 80 --echo 80 true      | 2  | port 80 cannot be answered in two ways",
        "run --http 80 --answer 80=a true  | 2  | port 80 cannot be answered in two ways",
        "run --http 80 --reach 80:90 true  | 2  | port 80 cannot both be answered and lead to",
        "run --answer 80 true              | 2  | \"80\" is not PORT=NAME or PORT=NAME:PORT",
        "run --answer 0=web true           | 2  | a port is 1 to 65535: 0",
        "run --answer 80=web:65536 true    | 2  | a port is 1 to 65535: 65536",
        "run --answer 80=../x true         | 2  | cannot name a stack",
        "run --publish 80:80:80 true       | 2  | is not PORT or PORT:PORT",
        "run --publish 65536 true          | 2  | from 1 to 65535",
        "run --reach 80/sctp true          | 2  | is not PORT or PORT:PORT",
        "run -n a/b true                   | 2  | cannot name a stack",
        "exec                              | 2  | Missing required parameters: 'NAME', 'COMMAND'",
        "exec lab                          | 2  | Missing required parameter: 'COMMAND'",
        "exec lab true                     | 69 | nothing named \"lab\" is running",
        "exec a/b true                     | 2  | cannot name a stack",
        "up --tun=x --no-services          | 2  | --tun: not an IP address: \"x\"",
        "up --tun=10.9.0.1/24              | 2  | --tun: not an IP address",
        "up --tun=10.9.0.4 --no-services   | 2  | the first or the last of four addresses",
        "up --tun=::1 --no-services        | 2  | ::1 is no IPv4 address",
        "up --tun=127.0.0.1 --no-services  | 73 | 127.0.0.1 is this machine's own, of lo",
        "listen x                          | 2  | (PORT): \"x\" is not a whole number",
        "listen 65536                      | 2  | listen: ports are from 1 to 65535: 65536",
        "listen 1 2                        | 2  | Unmatched argument at index 2: '2'",
        "listen --watch -j                 | 2  | --watch prints lines, and no JSON",
        "doctor 1 2                        | 2  | Unmatched argument at index 2: '2'",
        "doctor http://                    | 2  | neither a port, 1 to 65535, nor an http URL",
        "capture -r .                      | 74 | : Is a directory",
      })
  void areOneLineAndAStatus(String line, int status, String said) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment =
        new Environment(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("XDG_RUNTIME_DIR", directory.toString(), "XDG_STATE_HOME", directory.toString()),
            directory,
            null);
    int actual = Lo.run(environment, line.split(" "));

    String errors = err.toString(StandardCharsets.UTF_8);
    assertThat(errors).startsWith("lo: ").contains(said);
    assertThat(errors.lines()).as(() -> Arrays.toString(errors.split("\n"))).hasSize(1);
    assertThat(actual).isEqualTo(status);
    assertThat(out.size()).isZero();
  }
}
