// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ServerSocketFactory;

/** Answers each request on 127.0.0.1:8080 with the same body; a thread for each connection. */
final class TinyHttpServer implements AutoCloseable {
  private final ServerSocket listener;
  private final byte[] answer;

  TinyHttpServer(ServerSocketFactory servers, String body) throws IOException {
    listener = servers.createServerSocket(8080, 50, InetAddress.getByName("127.0.0.1"));
    String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n";
    answer = (head + body).getBytes(StandardCharsets.ISO_8859_1);
    Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Socket accepted = listener.accept();
        Thread.ofVirtual().start(() -> serve(accepted));
      }
    } catch (IOException e) {
      // Closed: that is the end.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      while (readRequest(in)) {
        connection.getOutputStream().write(answer);
      }
    } catch (IOException e) {
      // The client is gone.
    }
  }

  private static boolean readRequest(BufferedReader in) throws IOException {
    String line = in.readLine();
    boolean any = line != null;
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    return any;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
