// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;

/** Fetches one URL and prints what {@code curl} prints, with its exit statuses. */
public final class HttpGet {
  // The exit statuses of curl, from its manual.
  private static final int UNSUPPORTED_PROTOCOL = 1;
  private static final int MALFORMED_URL = 3;
  private static final int COULD_NOT_RESOLVE = 6;
  private static final int COULD_NOT_CONNECT = 7;
  private static final int WRITE_ERROR = 23;
  private static final int TIMED_OUT = 28;
  private static final int EMPTY_REPLY = 52;
  private static final int RECEIVE_FAILED = 56;

  /** As curl; Jetty's client cannot connect without one. */
  private static final long CONNECT_TIMEOUT_MILLIS = 300_000;

  private final Session session;
  private final URI uri;
  private final boolean verbose;
  private final long maxMillis;
  private final String userAgent;
  private final long start = System.nanoTime();
  private final AtomicLong received = new AtomicLong();
  private volatile @Nullable Throwable connectFailure;

  /**
   * Prepares to fetch.
   *
   * @param url with or without "http://"
   * @param verbose whether to print what {@code curl -v} prints on standard error
   * @param maxMillis how long all of it may take, 0 for any time
   * @param userAgent how to introduce itself
   * @throws UserException if that is no URL
   */
  public HttpGet(Session session, String url, boolean verbose, long maxMillis, String userAgent) {
    this.session = session;
    this.uri = parse(session, url);
    this.verbose = verbose;
    this.maxMillis = maxMillis;
    this.userAgent = userAgent;
  }

  private static URI parse(Session session, String url) {
    URI uri;
    try {
      uri = new URI(url.contains("://") ? url : "http://" + url);
    } catch (URISyntaxException e) {
      throw new UserException(MALFORMED_URL, "(3) URL malformed: " + url);
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http")) {
      throw new UserException(
          UNSUPPORTED_PROTOCOL, "(1) Protocol \"" + scheme + "\" not supported, only http");
    }
    if (uri.getHost() == null || uri.getPort() > 65_535) {
      throw new UserException(MALFORMED_URL, "(3) URL malformed: " + url);
    }
    try {
      var _ = session.stack().resolve(uri.getHost(), HostNames.Family.ANY);
    } catch (UserException e) {
      throw new UserException(COULD_NOT_RESOLVE, "(6) Could not resolve host: " + uri.getHost());
    }
    return uri;
  }

  /** Fetches, and returns the exit status. */
  public int run() throws Exception {
    var provider = session.stack().selectorProvider();
    VirtualThreadPool threads = new VirtualThreadPool();
    var connector = new StackHttpClient.Connector(provider, new Progress());
    connector.setSelectors(1);
    HttpClient client = new HttpClient(new HttpClientTransportOverHTTP(connector));
    client.setExecutor(threads);
    client.setFollowRedirects(false);
    client.setUserAgentField(null);
    client.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
    client.setIdleTimeout(0);
    client.setSocketAddressResolver(resolver());
    client.start();
    try {
      // Added by start(); curl decodes nothing unless it is told to.
      client.getContentDecoderFactories().clear();
      Request request =
          client.newRequest(requestUri()).transport(new StackHttpClient.StackTransport(provider));
      return fetch(request);
    } finally {
      client.stop();
      threads.stop();
    }
  }

  private URI requestUri() throws URISyntaxException {
    String path = uri.getRawPath();
    return path == null || path.isEmpty() ? uri.resolve("/") : uri;
  }

  private int fetch(Request request) {
    if (maxMillis > 0) {
      request.timeout(maxMillis, TimeUnit.MILLISECONDS);
    }
    request.headers(
        headers ->
            headers.put("Host", authority()).put("User-Agent", userAgent).put("Accept", "*/*"));
    request.onRequestHeaders(this::printRequest);
    request.onResponseHeaders(this::printResponse);
    request.onResponseContent(this::printContent);
    CompletableFuture<Result> done = new CompletableFuture<>();
    session.onInterrupt(() -> done.cancel(false));
    request.send(done::complete);
    try {
      return report(done.join());
    } catch (CancellationException e) {
      return ExitStatus.INTERRUPTED;
    }
  }

  private String authority() {
    return uri.getPort() < 0 || uri.getPort() == 80
        ? uri.getHost()
        : uri.getHost() + ":" + uri.getPort();
  }

  private SocketAddressResolver resolver() {
    return (host, port, _, promise) ->
        promise.succeeded(
            session.stack().resolve(host, HostNames.Family.ANY).stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList());
  }

  private void say(String line) {
    if (verbose) {
      session.err().println(line);
    }
  }

  private void printRequest(Request request) {
    String query = request.getQuery();
    say(
        "> "
            + request.getMethod()
            + " "
            + request.getPath()
            + (query == null ? "" : "?" + query)
            + " "
            + request.getVersion());
    printFields("> ", request.getHeaders());
  }

  private void printResponse(Response response) {
    String reason = response.getReason();
    say(
        "< "
            + response.getVersion()
            + " "
            + response.getStatus()
            + " "
            + (reason == null ? "" : reason));
    printFields("< ", response.getHeaders());
  }

  private void printFields(String prefix, HttpFields fields) {
    for (HttpField field : fields) {
      say(prefix + field.getName() + ": " + field.getValue());
    }
    say(prefix);
  }

  private void printContent(Response response, ByteBuffer content) {
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    received.addAndGet(bytes.length);
    PrintStream out = session.out();
    out.write(bytes, 0, bytes.length);
    if (out.checkError()) {
      var _ = response.abort(new WriteException());
    }
  }

  private int report(Result result) {
    session.out().flush();
    Throwable failure = result.getFailure();
    if (failure == null) {
      say("* Connection #0 to host " + uri.getHost() + " left intact");
      return ExitStatus.OK;
    }
    Throwable connecting = connectFailure;
    if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
      return fail(
          TIMED_OUT,
          "Operation timed out after "
              + millis()
              + " milliseconds with "
              + received.get()
              + " bytes received");
    }
    if (connecting != null || failure instanceof ConnectException) {
      return fail(
          COULD_NOT_CONNECT,
          "Failed to connect to "
              + uri.getHost()
              + " port "
              + port()
              + " after "
              + millis()
              + " ms: "
              + reason(connecting == null ? failure : connecting));
    }
    return switch (failure) {
      case WriteException _ -> fail(WRITE_ERROR, "Failed writing body");
      case EOFException _ when result.getResponse().getStatus() == 0 ->
          fail(EMPTY_REPLY, "Empty reply from server");
      default -> fail(RECEIVE_FAILED, "Recv failure: " + failure.getMessage());
    };
  }

  private int fail(int status, String message) {
    session.err().println("lo: (" + status + ") " + message);
    return status;
  }

  private static String reason(Throwable failure) {
    return switch (failure) {
      case NoRouteToHostException e -> String.valueOf(e.getMessage());
      case SocketTimeoutException _ -> "Connection timed out";
      default -> String.valueOf(failure.getMessage());
    };
  }

  private long millis() {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private int port() {
    return uri.getPort() < 0 ? 80 : uri.getPort();
  }

  private final class Progress implements StackHttpClient.ConnectSteps {
    @Override
    public void trying(SocketAddress address) {
      if (address instanceof InetSocketAddress inet) {
        say("*   Trying " + text(inet, true) + ":" + inet.getPort() + "...");
      }
    }

    @Override
    public void failed(SocketAddress address, Throwable failure) {
      connectFailure = failure;
      if (address instanceof InetSocketAddress inet) {
        say(
            "* connect to "
                + text(inet, false)
                + " port "
                + inet.getPort()
                + " failed: "
                + reason(failure));
      }
    }

    @Override
    public void connected(SocketAddress address) {
      connectFailure = null;
      if (address instanceof InetSocketAddress inet) {
        say(
            "* Connected to "
                + unbracketed(uri.getHost())
                + " ("
                + text(inet, false)
                + ") port "
                + inet.getPort()
                + " (#0)");
      }
    }

    private String text(InetSocketAddress inet, boolean brackets) {
      String address = HostNames.text(inet.getAddress());
      return brackets && address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    }
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Standard output does not take more. */
  private static final class WriteException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
