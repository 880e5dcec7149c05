// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServicesTest {
  private static final SelectorProvider KERNEL = SelectorProvider.provider();

  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();

  @BeforeAll
  static void quiet() {
    System.setProperty("org.eclipse.jetty.LEVEL", "OFF");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          request.version(HttpClient.Version.HTTP_1_1).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static HttpRequest.Builder request(String host, HttpService service, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + host + ":" + service.port() + path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "[::1]"})
  void helloIsPlainTextToTheByte(String host) throws Exception {
    try (HttpService service = HttpService.start(KERNEL, 0, null, log::add)) {
      HttpResponse<String> response = send(request(host, service, "/"));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type")).contains("text/plain");
      assertThat(response.body()).isEqualTo("Hello, Loopback!");
    }
  }

  @Test
  void accessLogIsInTheCommonLogFormat() throws Exception {
    try (HttpService service = HttpService.start(KERNEL, 0, null, log::add)) {
      send(request("127.0.0.1", service, "/"));
      assertThat(log.poll(20, TimeUnit.SECONDS))
          .matches(
              "127\\.0\\.0\\.1 - - \\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}]"
                  + " \"GET / HTTP/1\\.1\" 200 16");
      send(request("127.0.0.1", service, "/").method("HEAD", HttpRequest.BodyPublishers.noBody()));
      assertThat(log.poll(20, TimeUnit.SECONDS)).endsWith("\"HEAD / HTTP/1.1\" 200 -");
    }
  }

  @Test
  void otherPathsAndMethodsAreRefused() throws Exception {
    try (HttpService service = HttpService.start(KERNEL, 0, null, log::add)) {
      assertThat(send(request("127.0.0.1", service, "/no")).statusCode()).isEqualTo(404);
      HttpResponse<String> post =
          send(request("127.0.0.1", service, "/").POST(HttpRequest.BodyPublishers.ofString("x")));
      assertThat(post.statusCode()).isEqualTo(405);
      assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
    }
  }

  @Test
  void filesOfADirectoryAreServedAndNothingOutsideIt(@TempDir Path root) throws Exception {
    Path site = Files.createDirectory(root.resolve("site"));
    Files.writeString(site.resolve("index.html"), "<p>hi</p>");
    Files.writeString(root.resolve("secret.txt"), "secret");
    try (HttpService service = HttpService.start(KERNEL, 0, site, log::add)) {
      HttpResponse<String> page = send(request("127.0.0.1", service, "/index.html"));
      assertThat(page.body()).isEqualTo("<p>hi</p>");
      assertThat(page.headers().firstValue("Content-Type")).contains("text/html");
      assertThat(send(request("127.0.0.1", service, "/")).body()).contains("hi");
      assertThat(send(request("127.0.0.1", service, "/none")).statusCode()).isEqualTo(404);
      assertThat(send(request("127.0.0.1", service, "/..%2fsecret.txt")).body())
          .doesNotContain("secret\n")
          .isNotEqualTo("secret");
    }
  }

  @Test
  void takenPortIsOneClearLine() throws IOException {
    try (EchoService first = EchoService.start(KERNEL, 0)) {
      assertThatThrownBy(() -> EchoService.start(KERNEL, first.port()))
          .isInstanceOfSatisfying(
              UserException.class, e -> assertThat(e.exitStatus()).isEqualTo(ExitStatus.TAKEN))
          .hasMessage("port " + first.port() + " is taken; --port chooses another one");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void echoSendsBackAllAndThenTheEnd(String address) throws IOException {
    InetAddress loopback = InetAddress.ofLiteral(address);
    try (EchoService echo = EchoService.start(KERNEL, 0);
        Socket client = new Socket(loopback, echo.port())) {
      client.getOutputStream().write("what was sent".getBytes());
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("what was sent");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void echoSendsBackDatagrams(String address) throws IOException {
    InetAddress loopback = InetAddress.ofLiteral(address);
    try (EchoService echo = EchoService.start(KERNEL, 0);
        DatagramSocket client = new DatagramSocket(0, loopback)) {
      client.setSoTimeout(20_000);
      // Not connected: the JDK's connected sockets send no empty datagrams.
      InetSocketAddress target = new InetSocketAddress(loopback, echo.port());
      for (int length : new int[] {0, 1, 65_507}) {
        client.send(new DatagramPacket(new byte[length], length, target));
        DatagramPacket back = new DatagramPacket(new byte[65_535], 65_535);
        client.receive(back);
        assertThat(back.getLength()).isEqualTo(length);
      }
    }
  }

  @Test
  void closingEndsTheConnections() throws IOException {
    EchoService echo = EchoService.start(KERNEL, 0);
    try (Socket client = new Socket("127.0.0.1", echo.port())) {
      client.getOutputStream().write(1);
      assertThat(client.getInputStream().read()).isEqualTo(1);
      echo.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }
}
