// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.server.SystemLauncher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Row(
    library = "RabbitMQ's client with Apache Qpid's broker",
    artifacts = {"amqp-client", "qpid-broker-core"},
    instance = "factory.setSocketFactory(stack.socketFactory())")
@Timeout(60)
class RabbitMqTest {
  private @TempDir Path work;
  private final SystemLauncher broker = new SystemLauncher();

  @BeforeEach
  void start() throws Exception {
    broker.startup(
        Map.of(
            "type",
            "Memory",
            "initialConfigurationLocation",
            RabbitMqTest.class.getResource("/qpid.json").toExternalForm(),
            "startupLoggedToSystemOut",
            false,
            "context",
            Map.of("qpid.work_dir", work.toString())));
  }

  @AfterEach
  void stop() {
    broker.shutdown();
  }

  @Test
  void messagesPassFromOneConnectionToAnother() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("localhost");
    byte[] large = "0123456789".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
    BlockingQueue<byte[]> received = new ArrayBlockingQueue<>(1_000);
    try (Connection sender = factory.newConnection();
        Connection receiver = factory.newConnection()) {
      Channel from = receiver.createChannel();
      from.queueDeclare("words", false, false, false, null);
      from.basicConsume(
          "words", true, (tag, delivery) -> received.add(delivery.getBody()), tag -> {});

      Channel to = sender.createChannel();
      for (int i = 0; i < 100; i++) {
        byte[] body = i == 50 ? large : ("word " + i).getBytes(StandardCharsets.US_ASCII);
        to.basicPublish("", "words", MessageProperties.TEXT_PLAIN, body);
      }

      for (int i = 0; i < 100; i++) {
        byte[] body = received.poll(20, TimeUnit.SECONDS);
        assertThat(body)
            .isEqualTo(i == 50 ? large : ("word " + i).getBytes(StandardCharsets.US_ASCII));
      }
    }
  }
}
