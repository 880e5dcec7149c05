// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One membership of a datagram channel in a group. */
final class StackMembershipKey extends MembershipKey {
  private final Memberships memberships;
  private final StackDatagramChannel channel;
  private final InetAddress group;
  private final @Nullable NetworkInterface nif;
  private final int interfaceIndex;
  private final @Nullable InetAddress source;

  /** Guarded by the lock of {@link Memberships}. */
  private final Set<InetAddress> blocked = new HashSet<>(0);

  private volatile boolean valid = true;

  StackMembershipKey(
      Memberships memberships,
      StackDatagramChannel channel,
      InetAddress group,
      @Nullable NetworkInterface nif,
      int interfaceIndex,
      @Nullable InetAddress source) {
    this.memberships = memberships;
    this.channel = channel;
    this.group = group;
    this.nif = nif;
    this.interfaceIndex = interfaceIndex;
    this.source = source;
  }

  @Override
  public boolean isValid() {
    return valid;
  }

  void invalidate() {
    valid = false;
  }

  @Override
  public void drop() {
    memberships.drop(this);
  }

  @Override
  public MembershipKey block(InetAddress unwanted) throws IOException {
    memberships.block(this, unwanted);
    return this;
  }

  @Override
  public MembershipKey unblock(InetAddress wanted) {
    memberships.unblock(this, wanted);
    return this;
  }

  void ensureBlockable() {
    if (!valid) {
      throw new IllegalStateException("key is no longer valid");
    }
    if (source != null) {
      throw new IllegalStateException("key is source-specific");
    }
  }

  Set<InetAddress> blocked() {
    return blocked;
  }

  @Override
  public MulticastChannel channel() {
    return channel;
  }

  @Override
  public InetAddress group() {
    return group;
  }

  @Override
  public @Nullable NetworkInterface networkInterface() {
    return nif;
  }

  int interfaceIndex() {
    return interfaceIndex;
  }

  @Override
  public @Nullable InetAddress sourceAddress() {
    return source;
  }

  @Override
  public String toString() {
    String sources = source == null ? "" : "," + source.getHostAddress();
    String name = nif == null ? "" : "," + nif.getName();
    return "<" + group.getHostAddress() + name + sources + ">";
  }
}
