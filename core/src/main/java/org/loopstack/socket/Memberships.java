// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.wire.IpAddress;

/** The groups that one datagram channel is a member of. */
final class Memberships {
  private final StackDatagramChannel channel;
  private final AddressFamily family;
  private final DatagramEndpoint endpoint;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<StackMembershipKey> keys = new ArrayList<>(0);

  Memberships(StackDatagramChannel channel, AddressFamily family, DatagramEndpoint endpoint) {
    this.channel = channel;
    this.family = family;
    this.endpoint = endpoint;
  }

  /**
   * Joins a group, for one source or for all; again: the key that is there already.
   *
   * @param nif null, which only {@code java.net} knows, for the interface that the route takes
   */
  MembershipKey join(
      InetAddress group, @Nullable NetworkInterface nif, @Nullable InetAddress source)
      throws IOException {
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException("Group not a multicast address");
    }
    if (family == AddressFamily.INET && !(group instanceof Inet4Address)) {
      throw new IllegalArgumentException("Only IPv6 sockets can join IPv6 multicast group");
    }
    int index = nif == null ? 0 : nif.getIndex();
    if (source != null) {
      checkSource(group, source);
    }
    lock.lock();
    try {
      channel.ensureOpen();
      StackMembershipKey present = find(group, nif, source);
      if (present != null) {
        return present;
      }
      endpoint.join(IpAddress.of(group), index, source == null ? null : IpAddress.of(source));
      StackMembershipKey key = new StackMembershipKey(this, channel, group, nif, index, source);
      keys.add(key);
      return key;
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    } finally {
      lock.unlock();
    }
  }

  private static void checkSource(InetAddress group, InetAddress source) {
    if (source.isAnyLocalAddress()) {
      throw new IllegalArgumentException("Source address is a wildcard address");
    }
    if (source.isMulticastAddress()) {
      throw new IllegalArgumentException("Source address is multicast address");
    }
    if (source.getClass() != group.getClass()) {
      throw new IllegalArgumentException("Source address is different type to group");
    }
  }

  /**
   * The key of a membership.
   *
   * @throws IllegalStateException if the channel is a member in the other way, for all sources or
   *     for some
   */
  private @Nullable StackMembershipKey find(
      InetAddress group, @Nullable NetworkInterface nif, @Nullable InetAddress source) {
    for (StackMembershipKey key : keys) {
      if (!key.group().equals(group) || !Objects.equals(key.networkInterface(), nif)) {
        continue;
      }
      InetAddress other = key.sourceAddress();
      if (source == null ? other == null : source.equals(other)) {
        return key;
      }
      if (other == null) {
        throw new IllegalStateException("Already a member to receive from all sources");
      }
      if (source == null) {
        throw new IllegalStateException("Already have source-specific membership");
      }
    }
    return null;
  }

  /** The channel's membership in the group for all sources, or null. */
  @Nullable MembershipKey joined(InetAddress group, @Nullable NetworkInterface nif) {
    lock.lock();
    try {
      return find(group, nif, null);
    } finally {
      lock.unlock();
    }
  }

  void drop(StackMembershipKey key) {
    lock.lock();
    try {
      if (keys.remove(key)) {
        key.invalidate();
        InetAddress source = key.sourceAddress();
        endpoint.leave(
            IpAddress.of(key.group()),
            key.interfaceIndex(),
            source == null ? null : IpAddress.of(source));
      }
    } catch (ErrnoException e) {
      throw new AssertionError("A membership that is there can be left", e);
    } finally {
      lock.unlock();
    }
  }

  void block(StackMembershipKey key, InetAddress source) throws IOException {
    lock.lock();
    try {
      key.ensureBlockable();
      checkSource(key.group(), source);
      if (key.blocked().add(source)) {
        endpoint.block(IpAddress.of(key.group()), key.interfaceIndex(), IpAddress.of(source));
      }
    } catch (ErrnoException e) {
      key.blocked().remove(source);
      throw SocketErrors.control(e);
    } finally {
      lock.unlock();
    }
  }

  void unblock(StackMembershipKey key, InetAddress source) {
    lock.lock();
    try {
      key.ensureBlockable();
      if (!key.blocked().remove(source)) {
        throw new IllegalStateException("not blocked");
      }
      endpoint.unblock(IpAddress.of(key.group()), key.interfaceIndex(), IpAddress.of(source));
    } catch (ErrnoException e) {
      throw new AssertionError("A source that is blocked can be unblocked", e);
    } finally {
      lock.unlock();
    }
  }

  /** The channel is closed; the endpoint leaves the groups by itself. */
  void invalidate() {
    lock.lock();
    try {
      for (StackMembershipKey key : keys) {
        key.invalidate();
      }
      keys.clear();
    } finally {
      lock.unlock();
    }
  }
}
