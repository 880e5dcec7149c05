// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Row(
    library = "ActiveMQ broker and client, tcp and nio",
    artifacts = {"activemq-broker", "activemq-client"})
@Timeout(60)
class ActiveMqTest {
  private final BrokerService broker = new BrokerService();

  @BeforeEach
  void start() throws Exception {
    broker.setPersistent(false);
    broker.setUseJmx(false);
    broker.addConnector("tcp://localhost:61616");
    broker.addConnector("nio://localhost:61617");
    broker.start();
    broker.waitUntilStarted();
  }

  @AfterEach
  void stop() throws Exception {
    broker.stop();
    broker.waitUntilStopped();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://localhost:61616", "nio://localhost:61617"})
  void messagesPassFromOneConnectionToAnother(String url) throws Exception {
    ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
    String large = "0123456789".repeat(50_000);
    try (Connection sender = factory.createConnection();
        Connection receiver = factory.createConnection()) {
      sender.start();
      receiver.start();
      Session to = sender.createSession(false, Session.AUTO_ACKNOWLEDGE);
      Session from = receiver.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageConsumer consumer = from.createConsumer(from.createQueue("words"));

      for (int i = 0; i < 100; i++) {
        to.createProducer(to.createQueue("words"))
            .send(to.createTextMessage(i == 50 ? large : "word " + i));
      }

      for (int i = 0; i < 100; i++) {
        assertThat(((TextMessage) consumer.receive(20_000)).getText())
            .isEqualTo(i == 50 ? large : "word " + i);
      }
    }
  }
}
