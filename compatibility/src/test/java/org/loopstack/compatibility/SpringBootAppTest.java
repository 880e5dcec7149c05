// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.compatibility.greeting.GreetingApplication;
import org.loopstack.compatibility.greeting.GreetingApplication.Greeting;
import org.loopstack.compatibility.greeting.GreetingApplication.Person;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

@Row(
    library = "Spring Boot application with its embedded Tomcat, and Spring's RestClient",
    artifacts = {"spring-boot", "spring-web", "tomcat-embed-core"})
@Timeout(120)
class SpringBootAppTest {
  private ConfigurableApplicationContext application;

  @BeforeEach
  void start() {
    application = SpringApplication.run(GreetingApplication.class, "--spring.main.banner-mode=off");
  }

  @AfterEach
  void stop() {
    application.close();
  }

  @Test
  void theClientGetsAnAnswer() {
    String name = "x".repeat(100_000);

    Greeting greeting =
        RestClient.create("http://localhost:8080")
            .post()
            .uri("/greeting")
            .contentType(MediaType.APPLICATION_JSON)
            .body(new Person(name))
            .retrieve()
            .body(Greeting.class);

    assertThat(greeting).isEqualTo(new Greeting("Hello " + name, ProcessHandle.current().pid()));
  }
}
