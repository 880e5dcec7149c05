// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Row(library = "Tomcat, NIO and NIO2 connectors", artifacts = "tomcat-embed-core")
@Timeout(60)
class TomcatTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.coyote.http11.Http11NioProtocol",
        "org.apache.coyote.http11.Http11Nio2Protocol"
      })
  void itSendsBackWhatItGets(String protocol, @TempDir Path directory) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    Connector connector = new Connector(protocol);
    connector.setPort(8080);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", directory.toString());
    Tomcat.addServlet(context, "echo", new Echo()).addMapping("/echo");
    tomcat.start();
    try {
      HttpEcho.check(8080);
    } finally {
      tomcat.stop();
      tomcat.destroy();
    }
  }

  private static final class Echo extends HttpServlet {
    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] body = request.getInputStream().readAllBytes();
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
    }
  }
}
