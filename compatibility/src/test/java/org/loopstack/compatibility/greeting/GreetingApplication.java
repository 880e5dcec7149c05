// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility.greeting;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Greets by HTTP at its port, 8080 unless told otherwise. */
@SpringBootApplication(proxyBeanMethods = false)
@RestController
public class GreetingApplication {
  /** Who is to be greeted. */
  public record Person(String name) {}

  /** What is said, and by which process. */
  public record Greeting(String text, long pid) {}

  /** Answers a person with a greeting. */
  @PostMapping("/greeting")
  public Greeting greet(@RequestBody Person person) {
    return new Greeting("Hello " + person.name(), ProcessHandle.current().pid());
  }

  /** Starts it. */
  public static void main(String[] arguments) {
    SpringApplication.run(GreetingApplication.class, arguments);
  }
}
