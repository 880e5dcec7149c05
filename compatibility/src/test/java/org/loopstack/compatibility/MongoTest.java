// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "MongoDB driver with mongo-java-server",
    artifacts = {"mongodb-driver-sync", "mongo-java-server"})
@Timeout(60)
class MongoTest {
  private final MongoServer server = new MongoServer(new MemoryBackend());

  @BeforeEach
  void start() {
    server.bind(new InetSocketAddress("localhost", 27017));
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @Test
  void documentsPassBothWays() {
    try (MongoClient client = MongoClients.create("mongodb://localhost:27017")) {
      MongoCollection<Document> words = client.getDatabase("test").getCollection("words");
      List<Document> documents = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        documents.add(new Document("_id", i).append("text", "word ".repeat(100) + i));
      }
      words.insertMany(documents);
      words.updateOne(Filters.eq("_id", 7), Updates.set("text", "seven"));

      List<Document> found = words.find().sort(Sorts.ascending("_id")).into(new ArrayList<>());

      documents.get(7).put("text", "seven");
      assertThat(found).isEqualTo(documents);
      assertThat(words.deleteMany(Filters.gte("_id", 10)).getDeletedCount()).isEqualTo(990);
    }
  }
}
