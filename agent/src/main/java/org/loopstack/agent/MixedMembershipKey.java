// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import org.jspecify.annotations.Nullable;

/** A membership of one side of a mixed channel, told as one of the channel. */
final class MixedMembershipKey extends MembershipKey {
  private final MulticastChannel channel;
  private final MembershipKey key;

  MixedMembershipKey(MulticastChannel channel, MembershipKey key) {
    this.channel = channel;
    this.key = key;
  }

  /** Whether it tells of a membership of a side. */
  boolean isOf(MembershipKey membership) {
    return key == membership;
  }

  @Override
  public boolean isValid() {
    return key.isValid();
  }

  @Override
  public void drop() {
    key.drop();
  }

  @Override
  public MembershipKey block(InetAddress source) throws IOException {
    MembershipKey _ = key.block(source);
    return this;
  }

  @Override
  public MembershipKey unblock(InetAddress source) {
    MembershipKey _ = key.unblock(source);
    return this;
  }

  @Override
  public MulticastChannel channel() {
    return channel;
  }

  @Override
  public InetAddress group() {
    return key.group();
  }

  @Override
  public NetworkInterface networkInterface() {
    return key.networkInterface();
  }

  @Override
  public @Nullable InetAddress sourceAddress() {
    return key.sourceAddress();
  }

  @Override
  public String toString() {
    return key.toString();
  }
}
