// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.service;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The page that shows that a stack works: {@code GET /} and nothing else. */
final class HelloHandler extends Handler.Abstract.NonBlocking {
  private static final byte[] HELLO = "Hello, Loopback!".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOT_FOUND =
      "There is only / here.\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOT_ALLOWED =
      "Only GET and HEAD are understood here.\n".getBytes(StandardCharsets.US_ASCII);

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String method = request.getMethod();
    if (!"/".equals(Request.getPathInContext(request))) {
      answer(response, HttpStatus.NOT_FOUND_404, NOT_FOUND, callback);
    } else if (HttpMethod.GET.is(method) || HttpMethod.HEAD.is(method)) {
      answer(response, HttpStatus.OK_200, HELLO, callback);
    } else {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      answer(response, HttpStatus.METHOD_NOT_ALLOWED_405, NOT_ALLOWED, callback);
    }
    return true;
  }

  private static void answer(Response response, int status, byte[] body, Callback callback) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    // Jetty would not send a body to HEAD, but log its size.
    boolean head = HttpMethod.HEAD.is(response.getRequest().getMethod());
    response.write(true, ByteBuffer.wrap(body, 0, head ? 0 : body.length), callback);
  }
}
