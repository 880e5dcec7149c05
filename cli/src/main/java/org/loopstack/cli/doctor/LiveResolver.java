// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.loopstack.linux.ffi.AddressInfo;
import org.loopstack.wire.IpAddress;

/** Asks the C library and Java, and waits for neither longer than it has to. For one thread. */
final class LiveResolver implements Resolver {
  /** Once nobody has answered the next is not waited for as long: the doctor is to be quick. */
  private static final Duration LESS = Duration.ofMillis(500);

  private Duration patience;

  /** With how long one answer may take. */
  LiveResolver(Duration patience) {
    this.patience = patience;
  }

  @Override
  public Answer system(String name) {
    return ask(() -> AddressInfo.resolve(name));
  }

  @Override
  public Answer java(String name) {
    return ask(
        () -> {
          List<IpAddress> all = new ArrayList<>();
          for (InetAddress each : InetAddress.getAllByName(name)) {
            all.add(IpAddress.of(each));
          }
          return all;
        });
  }

  /** On a thread of its own: a resolver that waits for a server cannot be interrupted. */
  Answer ask(Callable<List<IpAddress>> question) {
    FutureTask<List<IpAddress>> task = new FutureTask<>(question);
    long start = System.nanoTime();
    Thread.ofPlatform().daemon().name("doctor-resolver").start(task);
    List<IpAddress> found = List.of();
    String failure = null;
    try {
      found = task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      failure = "no answer in " + patience.toMillis() + " ms";
      patience = patience.compareTo(LESS) < 0 ? patience : LESS;
    } catch (ExecutionException e) {
      Throwable why = e.getCause();
      failure = why instanceof UnknownHostException ? String.valueOf(why.getMessage()) : why + "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "interrupted";
    }
    return new Answer(found, System.nanoTime() - start, failure);
  }
}
