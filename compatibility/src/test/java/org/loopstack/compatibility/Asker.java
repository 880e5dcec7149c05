// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The main class of a JVM that asks many servers at once to greet it and says what they say. */
final class Asker {
  private Asker() {}

  /** The arguments are addresses. */
  public static void main(String[] arguments) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      List<CompletableFuture<String>> answers = new ArrayList<>();
      for (String each : arguments) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(each))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\":\"you\"}"))
                .build();
        answers.add(
            client.sendAsync(request, BodyHandlers.ofString()).thenApply(answer -> answer.body()));
      }
      answers.forEach(each -> System.out.println(each.join()));
    }
  }
}
