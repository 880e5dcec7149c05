// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.fppt.jedismock.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;

@Row(
    library = "Jedis with the Redis server of jedis-mock",
    artifacts = {"jedis", "jedis-mock"},
    instance =
        "new Jedis((JedisSocketFactory) () -> stack.socketFactory().createSocket(\"localhost\","
            + " 6379))")
@Timeout(60)
class JedisTest {
  private static final HostAndPort SERVER = new HostAndPort("localhost", 6379);

  /** Without HELLO, whose answer Jedis does not understand when this server gives it. */
  private static final JedisClientConfig CONFIGURATION =
      DefaultJedisClientConfig.builder().serverDefaultProtocol().timeoutMillis(30_000).build();

  private RedisServer server;

  @BeforeEach
  void start() throws IOException {
    server = RedisServer.newRedisServer(6379).start();
  }

  @AfterEach
  void stop() throws IOException {
    server.stop();
  }

  @Test
  void valuesPassBothWaysAlsoInAPipeline() {
    String large = "0123456789".repeat(100_000);
    try (Jedis jedis = new Jedis(SERVER, CONFIGURATION)) {
      assertThat(jedis.ping()).isEqualTo("PONG");
      jedis.set("large", large);
      assertThat(jedis.get("large")).isEqualTo(large);

      Pipeline pipeline = jedis.pipelined();
      List<Response<Long>> counted = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        counted.add(pipeline.incr("counter"));
      }
      pipeline.sync();
      assertThat(counted.getLast().get()).isEqualTo(1_000);
    }
  }

  @Test
  void aPoolOfConnectionsServesManyThreads() throws Exception {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    // Without an end the pool polls for a connection that is being made, and its thread keeps the
    // carrier on which that could go on.
    pool.setMaxWait(Duration.ofSeconds(30));
    try (RedisClient client =
        RedisClient.builder()
            .hostAndPort(SERVER)
            .clientConfig(CONFIGURATION)
            .poolConfig(pool)
            .build()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        threads.add(Thread.ofVirtual().start(() -> client.incrBy("sum", 5)));
      }
      for (Thread each : threads) {
        each.join();
      }
      assertThat(client.get("sum")).isEqualTo("100");
    }
  }
}
