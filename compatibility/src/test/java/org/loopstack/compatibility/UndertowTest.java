// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import io.undertow.Undertow;
import io.undertow.server.handlers.BlockingHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(library = "Undertow", artifacts = "undertow-core")
@Timeout(60)
class UndertowTest {
  @Test
  void itSendsBackWhatItGets() throws Exception {
    Undertow server =
        Undertow.builder()
            .addHttpListener(8080, "localhost")
            .setHandler(
                new BlockingHandler(
                    exchange ->
                        exchange.getOutputStream().write(exchange.getInputStream().readAllBytes())))
            .build();
    server.start();
    try {
      HttpEcho.check(8080);
    } finally {
      server.stop();
    }
  }
}
