// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;

/**
 * Something that carries IP datagrams away from a stack and brings others to it. This is the
 * interface to implement for a link of one's own; it is handed to the stack, which attaches itself,
 * transmits, and closes the link when the interface is removed or the stack closes.
 *
 * <p>A link that throws every second datagram away and otherwise sends to a queue that somebody
 * else reads:
 *
 * <pre>{@code
 * final class LossyLink implements Link {
 *   private final BlockingQueue<byte[]> out = new LinkedBlockingQueue<>();
 *   private final AtomicInteger count = new AtomicInteger();
 *   private volatile LinkReceiver receiver;
 *
 *   public int mtu() { return 1500; }
 *   public Set<LinkFlag> flags() { return Set.of(LinkFlag.POINTOPOINT, LinkFlag.NOARP); }
 *   public void attach(LinkReceiver receiver) { this.receiver = receiver; }
 *   public void transmit(Packet packet) {
 *     if (count.getAndIncrement() % 2 == 0) {
 *       out.add(Datagrams.bytes(packet));        // a queue without bound: add never blocks
 *     }
 *   }
 *   public void close() { receiver = null; }
 *
 *   void arrived(byte[] datagram) {              // called by whoever has a datagram for the stack
 *     LinkReceiver r = receiver;
 *     if (r != null) {
 *       r.receive(Packet.wrap(datagram, 0, datagram.length));
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Implementations are safe for use by many threads.
 */
public interface Link {
  /**
   * The largest datagram that the link carries, in bytes. The interface can be set to less, never
   * to more.
   *
   * @return 68 (RFC 791) to 65,575 (an IPv6 datagram with the largest payload); IPv6 needs 1280
   *     (RFC 8200 section 5). Always the same number.
   */
  int mtu();

  /** What kind of link it is. Always the same set. */
  Set<LinkFlag> flags();

  /**
   * The address that the link has in its own world, for people to see.
   *
   * @return usually 6 bytes, never changed by anybody; null if there is none
   */
  default byte @Nullable [] hardwareAddress() {
    return null;
  }

  /**
   * Whether the link takes datagrams whose transport checksum has not been computed ({@link
   * Packet#isChecksumPending}). A link that does not is only handed complete ones.
   */
  default boolean offloadsChecksum() {
    return false;
  }

  /** Bytes that the stack keeps free in front of a datagram for the link's own header. */
  default int headroom() {
    return 0;
  }

  /**
   * Says who takes the datagrams that arrive. Called once, before the first {@link #transmit}; from
   * here on datagrams may be handed in.
   */
  void attach(LinkReceiver receiver);

  /**
   * Carries a datagram away. A datagram that cannot be carried is thrown away; there is no error.
   *
   * <p>Called on any thread, several at a time, possibly with the lock of a socket held: it must
   * not block, call user code that may block, nor use a socket of the same stack. Handing a packet
   * to another stack's {@link LinkReceiver} goes through a queue (see {@link Wire}), never directly
   * from here.
   *
   * @param packet a datagram, not longer than the MTU, that belongs to the link from here on; the
   *     bytes of its body may be shared and are not to be written
   */
  void transmit(Packet packet);

  /** Gives the link up: nothing is received afterwards and what is transmitted is thrown away. */
  void close();
}
