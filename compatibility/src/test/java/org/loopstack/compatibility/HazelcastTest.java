// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "Hazelcast members that find each other by multicast, and a client",
    artifacts = "hazelcast",
    note =
        "where there is no network but lo, as in an isolated JVM, members that are to send"
            + " multicasts there need hazelcast.multicast.socket.set.interface=true")
@Timeout(120)
class HazelcastTest {
  @AfterEach
  void stop() {
    HazelcastClient.shutdownAll();
    Hazelcast.shutdownAll();
  }

  private static HazelcastInstance member() {
    Config configuration = new Config();
    configuration.setClusterName("words");
    configuration.setProperty("hazelcast.phone.home.enabled", "false");
    configuration.setProperty("hazelcast.logging.type", "slf4j");
    configuration.setProperty("hazelcast.wait.seconds.before.join", "0");
    // Else it leaves the way of a multicast to the routes, and there is none but to lo itself.
    configuration.setProperty("hazelcast.multicast.socket.set.interface", "true");
    configuration.getJetConfig().setEnabled(false);
    configuration.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = configuration.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(true).setLoopbackModeEnabled(true);
    return Hazelcast.newHazelcastInstance(configuration);
  }

  @Test
  void membersFindEachOtherAndAClientSeesTheirMap() {
    HazelcastInstance first = member();
    HazelcastInstance second = member();
    assertThat(first.getCluster().getMembers()).hasSize(2);

    ClientConfig configuration = new ClientConfig();
    configuration.setClusterName("words");
    configuration.setProperty("hazelcast.logging.type", "slf4j");
    configuration.getNetworkConfig().addAddress("127.0.0.1:5701");
    HazelcastInstance client = HazelcastClient.newHazelcastClient(configuration);
    Map<Integer, String> words = client.getMap("words");
    for (int i = 0; i < 1_000; i++) {
      words.put(i, "word " + i);
    }

    Map<Integer, String> seen = second.getMap("words");
    assertThat(seen).hasSize(1_000).containsEntry(999, "word 999");
    assertThat(first.getMap("words").localKeySet())
        .as("the first has some of them, the second the others")
        .hasSizeBetween(1, 999);
  }
}
