// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.management.BlockInput;
import org.loopstack.relay.UdpRelay;

/**
 * The datagrams of a port that another process's stack answers: a stream there for each client,
 * each datagram behind its length in two bytes. A client that is silent for a while is forgotten,
 * and so is the one silent longest when there are too many.
 */
final class AnsweredDatagrams implements Closeable {
  /** Carries one client's datagrams until the input ends. */
  @FunctionalInterface
  interface Door {
    void carry(InputStream input, OutputStream output);
  }

  static final int MAX_CLIENTS = 256;

  private static final int WAITING = 256;
  private static final int LENGTH = 2;
  private static final int MAX_DATAGRAM = 65_535;
  private static final byte[] END = {};

  private final DatagramChannel socket;
  private final Door door;
  // Guarded by itself; in order of use.
  private final Map<SocketAddress, Client> clients = new LinkedHashMap<>(16, 0.75f, true);

  private AnsweredDatagrams(DatagramChannel socket, Door door) {
    this.socket = socket;
    this.door = door;
  }

  /**
   * Begins to carry.
   *
   * @param socket bound, in blocking mode; closed with this
   */
  static AnsweredDatagrams start(DatagramChannel socket, Door door) {
    AnsweredDatagrams made = new AnsweredDatagrams(socket, door);
    Thread.ofVirtual().name("lo-answer-udp").start(made::receive);
    return made;
  }

  private void receive() {
    ByteBuffer datagram = ByteBuffer.allocate(LENGTH + MAX_DATAGRAM);
    while (true) {
      try {
        SocketAddress from = socket.receive(datagram.clear().position(LENGTH));
        byte[] framed = new byte[datagram.flip().remaining()];
        datagram.putShort(0, (short) (framed.length - LENGTH)).get(framed);
        client(from).offer(framed);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // A datagram is lost, as datagrams may be.
      }
    }
  }

  private Client client(SocketAddress from) {
    synchronized (clients) {
      Client known = clients.get(from);
      if (known != null) {
        return known;
      }
      if (clients.size() == MAX_CLIENTS) {
        Iterator<Client> oldest = clients.values().iterator();
        oldest.next().end();
        oldest.remove();
      }
      Client fresh = new Client(from);
      clients.put(from, fresh);
      Thread.ofVirtual().name("lo-answer-udp-client").start(() -> serve(fresh));
      return fresh;
    }
  }

  private void serve(Client client) {
    try {
      door.carry(client.input(), client.output());
    } finally {
      synchronized (clients) {
        clients.remove(client.address, client);
      }
      // Whoever still reads its input is let go.
      client.end();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    synchronized (clients) {
      clients.values().forEach(Client::end);
      clients.clear();
    }
  }

  private final class Client {
    private final SocketAddress address;
    private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(WAITING);
    private volatile long lastUsed = System.nanoTime();
    private volatile boolean ended;

    Client(SocketAddress address) {
      this.address = address;
    }

    /** More than can wait are lost. */
    void offer(byte[] framed) {
      lastUsed = System.nanoTime();
      boolean _ = waiting.offer(framed);
    }

    void end() {
      ended = true;
      boolean _ = waiting.offer(END);
    }

    /** The next one, or null at the end: nothing has passed for a while. */
    private byte @Nullable [] next() {
      try {
        while (!ended) {
          long left = UdpRelay.IDLE.toNanos() - (System.nanoTime() - lastUsed);
          if (left <= 0) {
            return null;
          }
          byte[] framed = waiting.poll(left, TimeUnit.NANOSECONDS);
          if (framed != null && framed != END) {
            return framed;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return null;
    }

    InputStream input() {
      return new BlockInput(this::next);
    }

    /** Sends each datagram as soon as all of it is there. */
    OutputStream output() {
      return new OutputStream() {
        private final ByteBuffer framed = ByteBuffer.allocate(LENGTH + MAX_DATAGRAM);

        @Override
        public void write(int one) throws IOException {
          write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          int at = offset;
          int end = offset + length;
          while (at < end) {
            int n = Math.min(end - at, missing());
            framed.put(bytes, at, n);
            at += n;
            if (missing() == 0) {
              send();
            }
          }
        }

        private void send() throws IOException {
          lastUsed = System.nanoTime();
          try {
            socket.send(framed.flip().position(LENGTH), address);
          } catch (ClosedChannelException e) {
            throw e;
          } catch (IOException e) {
            // One datagram is lost.
          } finally {
            framed.clear();
          }
        }

        private int missing() {
          int have = framed.position();
          return have < LENGTH
              ? LENGTH - have
              : LENGTH + Short.toUnsignedInt(framed.getShort(0)) - have;
        }
      };
    }
  }
}
