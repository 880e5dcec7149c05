// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Randomness;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.IpAddress;

/**
 * Who holds which local port of one protocol in one stack, by the rules of Linux.
 *
 * <p>Safe for use by many threads. Its lock is a leaf: it may be taken with an endpoint's lock
 * held, and nothing is called with it held but the predicate of {@link #claimForConnect}.
 */
public final class PortTable {
  /** When two sockets may hold the same address and port. */
  public enum Sharing {
    /**
     * TCP: SO_REUSEADDR on both lets them share unless the other one listens. Ports chosen by
     * {@code bind} are odd and those chosen by {@code connect} even as long as there are any, so
     * that the two do not get into each other's way.
     */
    CONNECTIONS,
    /** UDP: SO_REUSEADDR on both lets them share; ephemeral ports are of either parity. */
    DATAGRAMS
  }

  private static final int PAGE_BITS = 8;
  private static final int PAGE = 1 << PAGE_BITS;

  // What a claim is like, beside its address.
  private static final int V6_ONLY = 1;
  private static final int REUSE_ADDRESS = 2;
  private static final int REUSE_PORT = 4;
  private static final int LISTENING = 8;
  private static final int CHOSEN_BY_CONNECT = 16;

  /**
   * Among so many groups of a port one looks for its like: a server may have a thousand addresses.
   */
  private static final int LOOKS = 4;

  private final Sharing sharing;
  private final PortRange range;
  private final Randomness randomness;
  private final EphemeralPorts ephemeral;
  private final ReentrantLock lock = new ReentrantLock();

  /** The first group of each port, in pages that are made when they are needed. */
  private final @Nullable Group[] @Nullable [] pages = new Group[65_536 >> PAGE_BITS][];

  private int count;

  /** A table without claims. */
  public PortTable(Sharing sharing, Randomness randomness, PortRange range) {
    this.sharing = sharing;
    this.range = range;
    this.randomness = randomness;
    this.ephemeral = new EphemeralPorts(range, randomness);
  }

  /** Which ports are handed out. */
  public PortRange range() {
    return range;
  }

  /** How many claims are held: none after all endpoints are gone. */
  public int claims() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Claims a port for a socket that is bound.
   *
   * @param address the local address, perhaps the unspecified one; of an INET socket never ::
   * @param port 1 to 65535, or 0 for an ephemeral one
   * @param v6Only whether :: leaves out IPv4; ignored for other addresses
   * @param reuseAddress SO_REUSEADDR
   * @param reusePort SO_REUSEPORT
   * @throws ErrnoException EADDRINUSE, also if all ephemeral ports are taken; EACCES for a port
   *     below {@link PortRange#unprivilegedStart}
   */
  public Claim bind(
      IpAddress address, int port, boolean v6Only, boolean reuseAddress, boolean reusePort)
      throws ErrnoException {
    if (port != 0 && port < range.unprivilegedStart()) {
      throw new ErrnoException(Errno.EACCES);
    }
    int terms =
        (v6Only ? V6_ONLY : 0) | (reuseAddress ? REUSE_ADDRESS : 0) | (reusePort ? REUSE_PORT : 0);
    lock.lock();
    try {
      Group wanted = new Group(address, terms);
      int chosen = port != 0 ? (isRefused(wanted, port) ? 0 : port) : freePort(wanted);
      if (chosen == 0) {
        throw new ErrnoException(Errno.EADDRINUSE);
      }
      return new Claim(this, chosen, join(chosen, address, terms));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Claims an ephemeral port for a connection. Such a port can serve many connections, as long as
   * each has another peer; it is never one that somebody has bound.
   *
   * @param source the local address
   * @param peer the other end, from which the place to begin the search follows by a secret hash
   *     (RFC 6056 section 3.3.4)
   * @param takeTuple whether the connection from this port to the peer is not there yet; it may
   *     register the connection at once, since the port that it accepts is the one that is claimed.
   *     Called with the table's lock held
   * @throws ErrnoException EADDRNOTAVAIL if no port is left for this peer
   */
  public Claim claimForConnect(
      IpAddress source,
      TransportAddress peer,
      boolean reuseAddress,
      boolean reusePort,
      IntPredicate takeTuple)
      throws ErrnoException {
    int terms =
        CHOSEN_BY_CONNECT | (reuseAddress ? REUSE_ADDRESS : 0) | (reusePort ? REUSE_PORT : 0);
    lock.lock();
    try {
      long hash = ephemeral.hash(source, peer);
      int start = ephemeral.start(hash);
      int preferred = range.splitByParity() ? 0 : start & 1;
      for (int n = 0; n < 2; n++) {
        int parity = preferred ^ n;
        for (int i = 0; i < ephemeral.count(parity); i++) {
          int port = ephemeral.at(parity, start + i);
          if (isFreeForConnect(port) && takeTuple.test(port)) {
            ephemeral.used(hash, i);
            return new Claim(this, port, join(port, source, terms));
          }
        }
      }
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    } finally {
      lock.unlock();
    }
  }

  /** Groups that were not chosen by a connect come first: see {@link #join}. */
  private boolean isFreeForConnect(int port) {
    Group first = first(port);
    return first == null || first.has(CHOSEN_BY_CONNECT);
  }

  /**
   * Whether somebody else's claim on the port is in the way of one that is or would be like this.
   */
  private boolean isRefused(Group wanted, int port) {
    for (Group other = first(port); other != null; other = other.next) {
      boolean others = other != wanted || other.count > 1;
      if (others && overlap(wanted, other) && !mayShare(wanted, other)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayShare(Group a, Group b) {
    if (a.has(REUSE_PORT) && b.has(REUSE_PORT)) {
      return true;
    }
    return a.has(REUSE_ADDRESS)
        && b.has(REUSE_ADDRESS)
        && (sharing == Sharing.DATAGRAMS || !b.has(LISTENING));
  }

  private int freePort(Group wanted) {
    int start = randomness.nextInt(range.size());
    boolean split = sharing == Sharing.CONNECTIONS && range.splitByParity();
    int preferred = split ? 1 : start & 1;
    for (int parity = preferred, n = 0; n < 2; parity = 1 - parity, n++) {
      for (int i = 0; i < ephemeral.count(parity); i++) {
        int port = ephemeral.at(parity, start + i);
        if (isUnusedBy(wanted, port)) {
          return port;
        }
      }
    }
    return 0;
  }

  /** A port that we choose ourselves is never shared, whatever the options say. */
  private boolean isUnusedBy(Group wanted, int port) {
    for (Group other = first(port); other != null; other = other.next) {
      if (overlap(wanted, other)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a datagram could be for both: the comparison of addresses with wildcards. */
  private static boolean overlap(Group a, Group b) {
    IpAddress x = a.address;
    IpAddress y = b.address;
    if (x.isIpv4() && y.isIpv4()) {
      return x.isAny() || y.isAny() || x.equals(y);
    }
    // RFC 3493 section 5.3: only IPV6_V6ONLY keeps a socket on :: from receiving IPv4.
    if (x.isIpv6() && x.isAny()) {
      return y.isIpv6() || !a.has(V6_ONLY);
    }
    if (y.isIpv6() && y.isAny()) {
      return x.isIpv6() || !b.has(V6_ONLY);
    }
    return x.equals(y);
  }

  private @Nullable Group first(int port) {
    @Nullable Group[] page = pages[port >> PAGE_BITS];
    return page == null ? null : page[port & (PAGE - 1)];
  }

  private void setFirst(int port, @Nullable Group group) {
    @Nullable Group[] page = pages[port >> PAGE_BITS];
    if (page == null) {
      page = new Group[PAGE];
      pages[port >> PAGE_BITS] = page;
    }
    page[port & (PAGE - 1)] = group;
  }

  /** One more claim on the port: counted with those that are alike, or the first of its kind. */
  private Group join(int port, IpAddress address, int terms) {
    count++;
    Group group = first(port);
    for (int i = 0; i < LOOKS && group != null; i++) {
      if (group.is(address, terms)) {
        group.count++;
        return group;
      }
      group = group.next;
    }
    Group made = new Group(address, terms);
    link(made, port);
    return made;
  }

  private void leave(int port, Group group) {
    count--;
    group.count--;
    if (group.count == 0) {
      unlink(group, port);
    }
  }

  /**
   * Puts a group in front, or one that a connect chose behind all others: whether a port is free
   * for one more connection is seen by the first group.
   */
  private void link(Group group, int port) {
    Group before = null;
    Group after = first(port);
    while (group.has(CHOSEN_BY_CONNECT) && after != null && !after.has(CHOSEN_BY_CONNECT)) {
      before = after;
      after = after.next;
    }
    group.previous = before;
    group.next = after;
    if (after != null) {
      after.previous = group;
    }
    if (before == null) {
      setFirst(port, group);
    } else {
      before.next = group;
    }
  }

  private void unlink(Group group, int port) {
    Group before = group.previous;
    Group after = group.next;
    if (before == null) {
      setFirst(port, after);
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    group.previous = null;
    group.next = null;
  }

  /**
   * Claims on one port that are alike, of which there may be thousands: those of connections in
   * TIME-WAIT. They are counted, so that one more touches nothing that the others have left behind.
   */
  private static final class Group {
    private final IpAddress address;
    private final int terms;

    // Guarded by the table's lock.
    private int count = 1;
    private @Nullable Group next;
    private @Nullable Group previous;

    Group(IpAddress address, int terms) {
      this.address = address;
      this.terms = terms;
    }

    boolean has(int term) {
      return (terms & term) != 0;
    }

    boolean is(IpAddress otherAddress, int otherTerms) {
      return terms == otherTerms && address.equals(otherAddress);
    }
  }

  /** One socket's hold on a local port, until it is {@linkplain #release released}. */
  public static final class Claim {
    private final PortTable table;
    private final int port;

    // Changed with the table's lock held.
    private volatile Group group;
    private boolean released;

    private Claim(PortTable table, int port, Group group) {
      this.table = table;
      this.port = port;
      this.group = group;
    }

    /** The local address, perhaps the unspecified one. */
    public IpAddress address() {
      return group.address;
    }

    /** Whether it leaves out IPv4, if its address is the unspecified one of IPv6. */
    public boolean isV6Only() {
      return group.has(V6_ONLY);
    }

    /** The local port. */
    public int port() {
      return port;
    }

    /**
     * Changes the local address: a socket bound to the unspecified one that is connected holds one
     * address only, and all again after it is disconnected. As on Linux, this is never refused.
     */
    public void moveTo(IpAddress localAddress) {
      table.lock.lock();
      try {
        change(localAddress, group.terms);
      } finally {
        table.lock.unlock();
      }
    }

    /** Changes SO_REUSEADDR, which counts for whoever binds later. */
    public void setReuseAddress(boolean on) {
      set(REUSE_ADDRESS, on);
    }

    /** Changes SO_REUSEPORT, which counts for whoever binds later. */
    public void setReusePort(boolean on) {
      set(REUSE_PORT, on);
    }

    /**
     * Makes the port one that is listened on. Does nothing if it is already.
     *
     * @throws ErrnoException EADDRINUSE if another one listens there, unless both have SO_REUSEPORT
     */
    public void listen() throws ErrnoException {
      table.lock.lock();
      try {
        if (!group.has(LISTENING) && (released || table.isRefused(group, port))) {
          throw new ErrnoException(Errno.EADDRINUSE);
        }
        change(group.address, group.terms | LISTENING);
      } finally {
        table.lock.unlock();
      }
    }

    /** Nobody listens any more; the port stays claimed. */
    public void unlisten() {
      set(LISTENING, false);
    }

    private void set(int term, boolean on) {
      table.lock.lock();
      try {
        change(group.address, on ? group.terms | term : group.terms & ~term);
      } finally {
        table.lock.unlock();
      }
    }

    /** With the table's lock held. */
    private void change(IpAddress address, int terms) {
      Group old = group;
      if (old.is(address, terms)) {
        return;
      }
      if (released) {
        group = new Group(address, terms);
      } else {
        table.leave(port, old);
        group = table.join(port, address, terms);
      }
    }

    /**
     * A further claim on the same port for a connection that was accepted there: it lives on when
     * the listener is closed, through TIME-WAIT, and keeps the port from being bound without
     * SO_REUSEADDR until it is released.
     *
     * @param localAddress the connection's local address
     */
    public Claim inherit(IpAddress localAddress) {
      table.lock.lock();
      try {
        return new Claim(table, port, table.join(port, localAddress, group.terms & ~LISTENING));
      } finally {
        table.lock.unlock();
      }
    }

    /** Gives the port up. Does nothing the second time. */
    public void release() {
      table.lock.lock();
      try {
        if (!released) {
          released = true;
          table.leave(port, group);
        }
      } finally {
        table.lock.unlock();
      }
    }
  }
}
