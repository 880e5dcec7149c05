// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.capture.Capture;
import org.loopstack.engine.Clock;
import org.loopstack.fault.Faults;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.link.Link;
import org.loopstack.link.LinkCounters;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkTap;
import org.loopstack.link.Tapped;
import org.loopstack.wire.IpAddress;

/**
 * An interface of a stack: a link with a name, an index, addresses and counters. What it is asked,
 * it answers as of now; what it is told takes effect before the call returns. Safe for use by many
 * threads. After it was removed from its stack it is down and has no address.
 */
public final class StackInterface implements Tapped {
  /**
   * An address with what belongs to it.
   *
   * @param address what the interface is called
   * @param prefixLength how many bits the addresses on the link have in common
   * @param broadcast the address of all hosts on the link, or null where there is none
   */
  public record Assigned(IpAddress address, int prefixLength, @Nullable IpAddress broadcast) {}

  private final Interface identity;
  private final StackConfiguration configuration;
  private final Faults faults;

  StackInterface(Interface identity, StackConfiguration configuration, Faults faults) {
    this.identity = identity;
    this.configuration = configuration;
    this.faults = faults;
  }

  Interface identity() {
    return identity;
  }

  /** The index, from 1 on; never used again for another interface of the stack. */
  public int index() {
    return identity.index();
  }

  /** The name, as {@code lo}. */
  @Override
  public String name() {
    return identity.name();
  }

  /** What carries the datagrams. */
  public Link link() {
    return identity.link();
  }

  /** Whether it is the loopback. */
  public boolean isLoopback() {
    return identity.isLoopback();
  }

  /** Whether there is exactly one other end. */
  public boolean isPointToPoint() {
    return identity.link().flags().contains(LinkFlag.POINTOPOINT);
  }

  /**
   * Whether its flags say that it carries datagrams to groups. Those of a loopback do not, as on
   * Linux, and yet it does.
   */
  public boolean supportsMulticast() {
    return identity.link().flags().contains(LinkFlag.MULTICAST);
  }

  /** Whether it is up. */
  public boolean isUp() {
    return identity.isUp();
  }

  /**
   * Brings the interface up or down. The loopback gets 127.0.0.1/8 and ::1/128 when it comes up and
   * has no address of that version; any interface loses its IPv6 addresses when it goes down, as on
   * Linux.
   */
  public void setUp(boolean up) {
    identity.setUp(up);
  }

  /** The largest datagram that is sent by it, in bytes. */
  public int mtu() {
    return identity.mtu();
  }

  /**
   * Changes the MTU. Below 1280 bytes the interface loses its IPv6 addresses (RFC 8200 section 5).
   *
   * @param mtu 68 bytes to what the link carries
   * @throws IllegalArgumentException if it is out of range
   */
  public void setMtu(int mtu) {
    try {
      identity.setMtu(mtu);
    } catch (ErrnoException e) {
      throw new IllegalArgumentException(
          "The MTU of " + name() + " is 68 to " + link().mtu() + " bytes: " + mtu, e);
    }
  }

  /** Its addresses without their prefix lengths, in the order in which they were added. */
  public List<IpAddress> addresses() {
    List<IpAddress> all = new ArrayList<>();
    for (InterfaceAddress each : identity.addresses()) {
      all.add(each.address());
    }
    return List.copyOf(all);
  }

  /** Its addresses with their prefix lengths, in the same order. */
  public List<Assigned> assigned() {
    boolean broadcasts = identity.link().flags().contains(LinkFlag.BROADCAST);
    List<Assigned> all = new ArrayList<>();
    for (InterfaceAddress each : identity.addresses()) {
      all.add(
          new Assigned(each.address(), each.prefixLength(), broadcasts ? each.broadcast() : null));
    }
    return List.copyOf(all);
  }

  /**
   * Adds an address.
   *
   * @param address {@code ADDRESS/LENGTH}, as in {@code 10.0.0.1/24}; without a length the one
   *     address
   * @throws IllegalArgumentException if it is no address, or none that an interface can have
   * @throws IOException if the interface has it already, does not speak IPv6, was removed, or is
   *     not the loopback and the address is 127/8 or ::1
   */
  public void addAddress(String address) throws IOException {
    identity.addAddress(InterfaceAddress.parse(address));
  }

  /**
   * Removes an address.
   *
   * @return whether it was there
   */
  public boolean removeAddress(IpAddress address) {
    return identity.removeAddress(address);
  }

  /** What it has carried and thrown away since it was made. */
  public LinkCounters counters() {
    return identity.counters();
  }

  /** The name of its stack, as {@link StackConfiguration#name} has it. */
  @Override
  public String stackName() {
    return configuration.name();
  }

  /** The names of hosts that its stack knows, {@code localhost} first, with their addresses. */
  @Override
  public Map<String, List<IpAddress>> hostNames() {
    Map<String, List<IpAddress>> all = new LinkedHashMap<>();
    all.put("localhost", List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK));
    all.putAll(configuration.names().names());
    return Collections.unmodifiableMap(all);
  }

  /** The clock of its stack, real or virtual. */
  @Override
  public Clock clock() {
    return identity.clock();
  }

  /**
   * Captures the datagrams that pass from now on to a file, in pcapng. The capture ends when it is
   * closed, when the interface is removed, or with the stack.
   *
   * @param file is made, or emptied if it is there
   * @throws IOException if the file cannot be made, as {@link java.nio.file.Files#newOutputStream}
   *     says it
   * @see Capture for captures of several interfaces, to a stream, or of the last packets only
   */
  public Capture captureTo(Path file) throws IOException {
    return Capture.to(file, this);
  }

  /** Its fault rules: what goes wrong here on purpose. Always the same object for an interface. */
  public Faults faults() {
    return faults;
  }

  /** Lets somebody see the datagrams that pass from now on. */
  @Override
  public void addTap(LinkTap tap) {
    identity.taps().add(tap);
  }

  /**
   * Ends what {@link #addTap} began.
   *
   * @return whether it was there
   */
  @Override
  public boolean removeTap(LinkTap tap) {
    return identity.taps().remove(tap);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof StackInterface other && other.identity == identity;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(identity);
  }

  /** As {@code ip link} begins: {@code 1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536}. */
  @Override
  public String toString() {
    return identity.toString();
  }
}
