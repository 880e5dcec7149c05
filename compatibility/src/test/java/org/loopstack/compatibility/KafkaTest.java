// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Row(
    library = "Kafka broker with its KRaft controller, producer and consumer",
    artifacts = {"kafka_2.13", "kafka-clients"})
@Timeout(120)
class KafkaTest {
  private @TempDir Path data;
  private KafkaRaftServer server;

  @BeforeEach
  void start() throws Exception {
    String directory = data.resolve("log").toString();
    new Formatter()
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(directory)
        .setMetadataLogDirectory(directory)
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
        .setControllerListenerName("CONTROLLER")
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
        .run();
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@localhost:9093");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093");
    properties.put("log.dirs", directory);
    properties.put("offsets.topic.num.partitions", "1");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
  }

  @AfterEach
  void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  @Test
  void recordsPassFromProducerToConsumer() throws Exception {
    String large = "0123456789".repeat(50_000);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", "localhost:9092"),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < 1_000; i++) {
        producer.send(
            new ProducerRecord<>("words", Integer.toString(i), i == 500 ? large : "word " + i));
      }
      producer.flush();
    }

    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", "localhost:9092",
                "group.id", "readers",
                "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of("words"));
      while (values.size() < 1_000) {
        for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(20))) {
          values.add(each.value());
        }
      }
    }
    assertThat(values).hasSize(1_000).element(500).isEqualTo(large);
    assertThat(values).element(999).isEqualTo("word 999");
  }
}
