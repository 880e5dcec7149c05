// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code ServerSocket} listens with: one socket of a world or, on the wildcard address, one
 * of the stack and one for each of the machine's addresses that are not loopback ones. These hand
 * over to whoever accepts by a virtual thread each, which is one connection ahead at most.
 */
final class Listener {
  private static final System.Logger LOG = System.getLogger("org.loopstack.agent");

  /** A connection, or why there is none, or neither: there will be no more. */
  private record Arrival(@Nullable Socket socket, @Nullable IOException failure) {
    static final Arrival END = new Arrival(null, null);
  }

  private final ServerSocket first;
  private final List<ServerSocket> others;
  private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(1);
  private final List<Thread> acceptors = new ArrayList<>();
  private volatile boolean closed;

  private Listener(ServerSocket first, List<ServerSocket> others) {
    this.first = first;
    this.others = List.copyOf(others);
    if (!others.isEmpty()) {
      startAccepting(first);
      others.forEach(this::startAccepting);
    }
  }

  private void startAccepting(ServerSocket from) {
    acceptors.add(
        Thread.ofVirtual()
            .name("loopstack-accept-" + from.getLocalSocketAddress())
            .start(() -> acceptFrom(from)));
  }

  /**
   * Listens.
   *
   * @param asked options, by name or number
   */
  static Listener open(
      Worlds worlds,
      @Nullable SocketAddress address,
      int backlog,
      Map<Object, @Nullable Object> asked)
      throws IOException {
    boolean outside = worlds.isOutside(address);
    ServerSocket first =
        outside ? RawSockets.listeningOnMachine() : RawSockets.listening(worlds.stack());
    List<ServerSocket> others = new ArrayList<>();
    try {
      bind(first, address, backlog, asked);
      if (worlds.isBoth(address)) {
        boolean ipv4Only = Boolean.getBoolean("java.net.preferIPv4Stack");
        for (InetAddress each : worlds.outsideAddresses(ipv4Only)) {
          listenOutside(new InetSocketAddress(each, first.getLocalPort()), backlog, asked, others);
        }
      }
      return new Listener(first, others);
    } catch (IOException | RuntimeException e) {
      first.close();
      for (ServerSocket each : others) {
        each.close();
      }
      throw e;
    }
  }

  private static void bind(
      ServerSocket socket,
      @Nullable SocketAddress address,
      int backlog,
      Map<Object, @Nullable Object> asked)
      throws IOException {
    for (Map.Entry<Object, @Nullable Object> each : asked.entrySet()) {
      SocketOptionCalls.set(socket, each.getKey(), each.getValue());
    }
    socket.bind(address, backlog);
  }

  private static void listenOutside(
      InetSocketAddress address,
      int backlog,
      Map<Object, @Nullable Object> asked,
      List<ServerSocket> others)
      throws IOException {
    ServerSocket socket = RawSockets.listeningOnMachine();
    try {
      bind(socket, address, backlog, asked);
      others.add(socket);
    } catch (BindException e) {
      socket.close();
      OutsideTaken.tell(LOG, address, e);
    }
  }

  InetAddress address() {
    return first.getInetAddress();
  }

  int port() {
    return first.getLocalPort();
  }

  void set(Object option, @Nullable Object value) throws IOException {
    SocketOptionCalls.set(first, option, value);
    for (ServerSocket each : others) {
      SocketOptionCalls.set(each, option, value);
    }
  }

  Object get(Object option) throws IOException {
    return SocketOptionCalls.get(first, option);
  }

  /**
   * Accepts. An interrupt does not end the wait of a platform thread.
   *
   * @param millis how long to wait, 0 without an end
   */
  Socket accept(int millis) throws IOException {
    if (others.isEmpty()) {
      return acceptFromFirst(millis);
    }
    Arrival arrival = take(millis);
    Socket socket = arrival.socket();
    if (socket != null) {
      return socket;
    }
    if (arrival.failure() != null) {
      throw arrival.failure();
    }
    // For the other threads that wait.
    putEnd();
    throw new SocketException("Socket closed");
  }

  private Socket acceptFromFirst(int millis) throws IOException {
    try {
      first.setSoTimeout(millis);
      return first.accept();
    } catch (SocketException e) {
      if (!closed) {
        throw e;
      }
      // A ServerSocket has other words for it where it was closed before the call.
      SocketException told = new SocketException("Socket closed");
      told.initCause(e);
      throw told;
    }
  }

  private Arrival take(int millis) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (millis == 0) {
            return arrivals.take();
          }
          Arrival arrival = arrivals.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          if (arrival == null) {
            throw new SocketTimeoutException("Accept timed out");
          }
          return arrival;
        } catch (InterruptedException e) {
          interrupted = true;
          if (Thread.currentThread().isVirtual()) {
            InterruptedIOException told = new InterruptedIOException();
            told.initCause(e);
            throw told;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void acceptFrom(ServerSocket from) {
    while (true) {
      Socket socket;
      try {
        socket = from.accept();
      } catch (IOException e) {
        if (closed || from.isClosed()) {
          return;
        }
        // Out of files, for one: told to whoever accepts, and tried again.
        hand(new Arrival(null, e));
        continue;
      }
      if (!hand(new Arrival(socket, null))) {
        closeQuietly(socket);
        return;
      }
    }
  }

  private boolean hand(Arrival arrival) {
    try {
      arrivals.put(arrival);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "A connection that nobody has accepted", e);
    }
  }

  void close() throws IOException {
    closed = true;
    first.close();
    for (ServerSocket each : others) {
      each.close();
    }
    acceptors.forEach(Thread::interrupt);
    putEnd();
  }

  /**
   * Ends the waits. A connection that is still there has nobody to take it, and more than one may
   * be: who is interrupted in the middle of handing one over may be through with that.
   */
  private void putEnd() {
    while (!arrivals.offer(Arrival.END)) {
      Arrival left = arrivals.poll();
      if (left != null && left.socket() != null) {
        closeQuietly(left.socket());
      }
    }
  }
}
