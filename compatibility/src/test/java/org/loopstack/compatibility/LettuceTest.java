// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.fppt.jedismock.RedisServer;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "Lettuce with the Redis server of jedis-mock",
    artifacts = {"lettuce-core", "jedis-mock"})
@Timeout(60)
class LettuceTest {
  private RedisServer server;
  private RedisClient client;

  @BeforeEach
  void start() throws IOException {
    server = RedisServer.newRedisServer(6379).start();
    client = RedisClient.create(RedisURI.create("localhost", 6379));
  }

  @AfterEach
  void stop() throws IOException {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(20));
    server.stop();
  }

  @Test
  void valuesPassBothWaysAlsoManyAtOnce() {
    String large = "0123456789".repeat(100_000);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().set("large", large);
      assertThat(connection.sync().get("large")).isEqualTo(large);

      List<RedisFuture<Long>> counted = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        counted.add(connection.async().incr("counter"));
      }
      LettuceFutures.awaitAll(Duration.ofSeconds(20), counted.toArray(new RedisFuture<?>[0]));
      assertThat(counted.getLast().toCompletableFuture()).isCompletedWithValue(1_000L);
    }
  }

  @Test
  void aSubscriberHearsWhatIsPublished() throws Exception {
    BlockingQueue<String> heard = new ArrayBlockingQueue<>(10);
    try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
        StatefulRedisConnection<String, String> publisher = client.connect()) {
      subscriber.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              heard.add(message);
            }
          });
      subscriber.sync().subscribe("news");
      publisher.sync().publish("news", "hello");

      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
    }
  }
}
