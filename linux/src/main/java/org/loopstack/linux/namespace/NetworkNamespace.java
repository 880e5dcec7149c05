// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/**
 * A network namespace and a thread that is in it. What the thread opens is in the namespace and
 * stays there, whoever uses it; processes that it starts are in it. The namespace lasts until no
 * thread, process and open file is in it any more.
 *
 * <p>Safe for use by many threads, whose tasks wait for each other.
 */
public final class NetworkNamespace implements Closeable {
  private static final int CLONE_NEWNET = 0x4000_0000;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("loopstack-namespace").unstarted(task));

  private NetworkNamespace() {}

  /**
   * Makes a namespace, with a loopback that is down and nothing else.
   *
   * @throws LinuxException EPERM without CAP_SYS_ADMIN
   */
  public static NetworkNamespace create() throws IOException {
    NetworkNamespace made = new NetworkNamespace();
    try {
      return made.call(
          () -> {
            LinuxException.check(Libc.unshare(CLONE_NEWNET), "make a network namespace");
            return made;
          });
    } catch (IOException e) {
      made.close();
      throw e;
    }
  }

  /** The namespace that this process is in. */
  public static NetworkNamespace ofProcess() {
    return new NetworkNamespace();
  }

  /**
   * Enters a namespace.
   *
   * @param path as {@code /proc/4711/ns/net} or {@code /run/netns/NAME}
   * @throws LinuxException ENOENT if there is none, EPERM without CAP_SYS_ADMIN, EACCES if it is
   *     somebody else's
   */
  public static NetworkNamespace enter(Path path) throws IOException {
    NetworkNamespace entered = new NetworkNamespace();
    try {
      return entered.call(
          () -> {
            enterHere(path);
            return entered;
          });
    } catch (IOException e) {
      entered.close();
      throw e;
    }
  }

  /**
   * Takes the calling thread, a platform thread, over to a namespace.
   *
   * @throws LinuxException as {@link #enter}
   */
  public static void enterHere(Path path) throws LinuxException {
    int fd =
        LinuxException.check(
            Libc.open(path.toString(), Libc.O_RDONLY), "open the namespace " + path);
    try {
      LinuxException.check(Libc.setns(fd, CLONE_NEWNET), "enter the namespace " + path);
    } finally {
      Libc.close(fd);
    }
  }

  /**
   * Does something in the namespace and waits for it.
   *
   * @throws IOException if the task throws one, or the calling thread is interrupted
   */
  public <T> T call(Callable<T> task) throws IOException {
    Future<T> result = thread.submit(task);
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while a namespace was being set up", e);
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    }
  }

  private static IOException rethrow(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException io -> io;
      case RuntimeException runtime -> throw runtime;
      case Error error -> throw error;
      case null, default -> new IOException(cause);
    };
  }

  /** Something to do in a namespace. */
  @FunctionalInterface
  public interface Task {
    /** Does it. */
    void run() throws IOException;
  }

  /** As {@link #call}, for what gives nothing. */
  public void run(Task task) throws IOException {
    boolean _ =
        call(
            () -> {
              task.run();
              return true;
            });
  }

  /**
   * Sets one of the namespace's {@code net} variables.
   *
   * @param name as {@code ipv4/conf/lo/accept_local}
   * @throws IOException as {@link Files#writeString} does
   */
  public void setVariable(String name, String value) throws IOException {
    // /proc/sys/net shows the namespace of the thread that opens it.
    run(() -> Files.writeString(Path.of("/proc/sys/net", name), value));
  }

  /** Its identity, as {@code net:[4026532008]}: the same for all that are in it. */
  public String identity() throws IOException {
    return call(() -> identity(Path.of("/proc/thread-self/ns/net")));
  }

  /** What a link such as {@code /proc/4711/ns/net} says. */
  static String identity(Path link) throws IOException {
    return Files.readSymbolicLink(link).toString();
  }

  /** Ends the thread; the namespace itself lasts as long as something is in it. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
