// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Row(library = "ZooKeeper server and client", artifacts = "zookeeper")
@Timeout(60)
class ZooKeeperTest {
  private @TempDir Path data;
  private ServerCnxnFactory server;

  @BeforeEach
  void start() throws Exception {
    server = ServerCnxnFactory.createFactory(new InetSocketAddress("localhost", 2181), 10);
    server.startup(new ZooKeeperServer(data.toFile(), data.toFile(), 2_000));
  }

  @AfterEach
  void stop() {
    server.shutdown();
  }

  @Test
  void aNodeIsMadeReadWatchedAndChanged() throws Exception {
    BlockingQueue<WatchedEvent> events = new ArrayBlockingQueue<>(100);
    try (ZooKeeper client = connected()) {
      byte[] large = "0123456789".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
      client.create("/node", large, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);

      assertThat(client.getData("/node", events::add, null)).isEqualTo(large);
      client.setData("/node", new byte[] {1}, 0);

      assertThat(events.poll(20, TimeUnit.SECONDS))
          .extracting(WatchedEvent::getType)
          .isEqualTo(EventType.NodeDataChanged);
    }
    try (ZooKeeper another = connected()) {
      assertThat(another.exists("/node", false)).as("gone with its session").isNull();
    }
  }

  /**
   * A client takes the addresses of a name in random order, and the server has only one of them.
   */
  private static ZooKeeper connected() throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper client =
        new ZooKeeper(
            "localhost:2181",
            20_000,
            event -> {
              if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
              }
            });
    assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
    return client;
  }
}
