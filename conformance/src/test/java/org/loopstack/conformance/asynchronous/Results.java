// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.asynchronous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Wait;

/** Waits for what asynchronous operations come to. */
final class Results {
  private Results() {}

  /** A handler whose result, attachment and thread can be waited for. */
  static final class Handler<V> implements CompletionHandler<V, Object> {
    final CompletableFuture<V> result = new CompletableFuture<>();
    final CompletableFuture<Thread> thread = new CompletableFuture<>();
    final CompletableFuture<String> attached = new CompletableFuture<>();

    @Override
    public void completed(V value, @Nullable Object attachment) {
      heard(attachment);
      result.complete(value);
    }

    @Override
    public void failed(Throwable why, @Nullable Object attachment) {
      heard(attachment);
      result.completeExceptionally(why);
    }

    private void heard(@Nullable Object attachment) {
      thread.complete(Thread.currentThread());
      attached.complete(String.valueOf(attachment));
    }
  }

  /** The result of an operation that succeeds. */
  static <V> V get(Future<V> future) throws Exception {
    return future.get(Wait.SECONDS, TimeUnit.SECONDS);
  }

  /** Expects that the operation fails with exactly this class. */
  static Throwable failure(Class<? extends Throwable> type, Future<?> future) {
    Throwable thrown = catchThrowable(() -> future.get(Wait.SECONDS, TimeUnit.SECONDS));
    assertThat(thrown).isExactlyInstanceOf(ExecutionException.class);
    assertThat(thrown.getCause()).isExactlyInstanceOf(type);
    return thrown.getCause();
  }

  /** Expects that the operation fails with exactly this class and message. */
  static void failure(Class<? extends Throwable> type, String message, Future<?> future) {
    assertThat(failure(type, future)).hasMessage(message);
  }

  /** The two ends of a new connection, the asynchronous one first. */
  record Ends(AsynchronousSocketChannel client, SocketChannel server) {}

  static Ends ends(Net net) throws Exception {
    return ends(net, net.asyncTcp());
  }

  static Ends ends(Net net, AsynchronousSocketChannel client) throws Exception {
    try (ServerSocketChannel server = net.listen()) {
      get(client.connect(Net.local(server)));
      return new Ends(client, net.accept(server));
    }
  }
}
