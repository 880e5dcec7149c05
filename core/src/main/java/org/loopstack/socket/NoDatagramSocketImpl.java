// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** As {@link NoSocketImpl}, for {@link java.net.DatagramSocket}. */
@SuppressWarnings("removal") // Two of the methods to override are on their way out of the JDK.
final class NoDatagramSocketImpl extends DatagramSocketImpl {
  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("The channel does this");
  }

  @Override
  protected void create() {
    throw unused();
  }

  @Override
  protected void bind(int port, InetAddress address) {
    throw unused();
  }

  @Override
  protected void send(DatagramPacket packet) {
    throw unused();
  }

  @Override
  protected int peek(InetAddress address) {
    throw unused();
  }

  @Override
  protected int peekData(DatagramPacket packet) {
    throw unused();
  }

  @Override
  protected void receive(DatagramPacket packet) {
    throw unused();
  }

  @Override
  @Deprecated
  protected void setTTL(byte ttl) {
    throw unused();
  }

  @Override
  @Deprecated
  protected byte getTTL() {
    throw unused();
  }

  @Override
  protected void setTimeToLive(int ttl) {
    throw unused();
  }

  @Override
  protected int getTimeToLive() {
    throw unused();
  }

  @Override
  protected void join(InetAddress group) {
    throw unused();
  }

  @Override
  protected void leave(InetAddress group) {
    throw unused();
  }

  @Override
  protected void joinGroup(SocketAddress group, @Nullable NetworkInterface nif) {
    throw unused();
  }

  @Override
  protected void leaveGroup(SocketAddress group, @Nullable NetworkInterface nif) {
    throw unused();
  }

  @Override
  protected void close() {
    throw unused();
  }

  @Override
  public void setOption(int option, @Nullable Object value) {
    throw unused();
  }

  @Override
  public Object getOption(int option) {
    throw unused();
  }
}
