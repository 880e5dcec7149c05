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

  private final Sharing sharing;
  private final PortRange range;
  private final Randomness randomness;
  private final EphemeralPorts ephemeral;
  private final ReentrantLock lock = new ReentrantLock();

  /** The first claim of each port, in pages that are made when they are needed. */
  private final @Nullable Claim[] @Nullable [] pages = new Claim[65_536 >> PAGE_BITS][];

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
    Claim claim = new Claim(this, address, v6Only, reuseAddress, reusePort, false);
    lock.lock();
    try {
      int chosen = port != 0 ? (isRefused(claim, port) ? 0 : port) : freePort(claim);
      if (chosen == 0) {
        throw new ErrnoException(Errno.EADDRINUSE);
      }
      add(claim, chosen);
      return claim;
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
    Claim claim = new Claim(this, source, false, reuseAddress, reusePort, true);
    lock.lock();
    try {
      int start = ephemeral.startFor(source, peer);
      int preferred = range.splitByParity() ? 0 : start & 1;
      for (int n = 0; n < 2; n++) {
        int parity = preferred ^ n;
        for (int i = 0; i < ephemeral.count(parity); i++) {
          int port = ephemeral.at(parity, start + i);
          if (isFreeForConnect(port) && takeTuple.test(port)) {
            ephemeral.used(source, peer, i);
            add(claim, port);
            return claim;
          }
        }
      }
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    } finally {
      lock.unlock();
    }
  }

  /** Claims that were not chosen by a connect come first: see {@link #add}. */
  private boolean isFreeForConnect(int port) {
    Claim first = first(port);
    return first == null || first.chosenByConnect;
  }

  private boolean isRefused(Claim claim, int port) {
    for (Claim other = first(port); other != null; other = other.next) {
      if (other != claim && overlap(claim, other) && !mayShare(claim, other)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayShare(Claim a, Claim b) {
    if (a.reusePort && b.reusePort) {
      return true;
    }
    return a.reuseAddress && b.reuseAddress && (sharing == Sharing.DATAGRAMS || !b.listening);
  }

  private int freePort(Claim claim) {
    int start = randomness.nextInt(range.size());
    boolean split = sharing == Sharing.CONNECTIONS && range.splitByParity();
    int preferred = split ? 1 : start & 1;
    for (int parity = preferred, n = 0; n < 2; parity = 1 - parity, n++) {
      for (int i = 0; i < ephemeral.count(parity); i++) {
        int port = ephemeral.at(parity, start + i);
        if (isUnusedBy(claim, port)) {
          return port;
        }
      }
    }
    return 0;
  }

  /** A port that we choose ourselves is never shared, whatever the options say. */
  private boolean isUnusedBy(Claim claim, int port) {
    for (Claim other = first(port); other != null; other = other.next) {
      if (overlap(claim, other)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a datagram could be for both: the comparison of addresses with wildcards. */
  private static boolean overlap(Claim a, Claim b) {
    IpAddress x = a.address;
    IpAddress y = b.address;
    if (x.isIpv4() && y.isIpv4()) {
      return x.isAny() || y.isAny() || x.equals(y);
    }
    // RFC 3493 section 5.3: only IPV6_V6ONLY keeps a socket on :: from receiving IPv4.
    if (x.isIpv6() && x.isAny()) {
      return y.isIpv6() || !a.v6Only;
    }
    if (y.isIpv6() && y.isAny()) {
      return x.isIpv6() || !b.v6Only;
    }
    return x.equals(y);
  }

  private @Nullable Claim first(int port) {
    @Nullable Claim[] page = pages[port >> PAGE_BITS];
    return page == null ? null : page[port & (PAGE - 1)];
  }

  private void setFirst(int port, @Nullable Claim claim) {
    @Nullable Claim[] page = pages[port >> PAGE_BITS];
    if (page == null) {
      page = new Claim[PAGE];
      pages[port >> PAGE_BITS] = page;
    }
    page[port & (PAGE - 1)] = claim;
  }

  /**
   * Puts a claim in front, or one that a connect chose behind all others: thousands of connections
   * in TIME-WAIT may share a port, and whether it is free for one more is seen by the first claim.
   */
  private void add(Claim claim, int port) {
    claim.port = port;
    Claim before = null;
    Claim after = first(port);
    while (claim.chosenByConnect && after != null && !after.chosenByConnect) {
      before = after;
      after = after.next;
    }
    claim.previous = before;
    claim.next = after;
    if (after != null) {
      after.previous = claim;
    }
    if (before == null) {
      setFirst(port, claim);
    } else {
      before.next = claim;
    }
    count++;
  }

  private void remove(Claim claim) {
    Claim before = claim.previous;
    Claim after = claim.next;
    if (before == null) {
      setFirst(claim.port, after);
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    claim.previous = null;
    claim.next = null;
    count--;
  }

  /** One socket's hold on a local port, until it is {@linkplain #release released}. */
  public static final class Claim {
    private final PortTable table;
    private final boolean v6Only;
    private final boolean chosenByConnect;
    private int port;

    // Guarded by the table's lock.
    private volatile IpAddress address;
    private boolean reuseAddress;
    private boolean reusePort;
    private boolean listening;
    private boolean released;
    private @Nullable Claim next;
    private @Nullable Claim previous;

    private Claim(
        PortTable table,
        IpAddress address,
        boolean v6Only,
        boolean reuseAddress,
        boolean reusePort,
        boolean chosenByConnect) {
      this.table = table;
      this.address = address;
      this.v6Only = v6Only;
      this.reuseAddress = reuseAddress;
      this.reusePort = reusePort;
      this.chosenByConnect = chosenByConnect;
    }

    /** The local address, perhaps the unspecified one. */
    public IpAddress address() {
      return address;
    }

    /** Whether it leaves out IPv4, if its address is the unspecified one of IPv6. */
    public boolean isV6Only() {
      return v6Only;
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
        address = localAddress;
      } finally {
        table.lock.unlock();
      }
    }

    /** Changes SO_REUSEADDR, which counts for whoever binds later. */
    public void setReuseAddress(boolean on) {
      table.lock.lock();
      try {
        reuseAddress = on;
      } finally {
        table.lock.unlock();
      }
    }

    /** Changes SO_REUSEPORT, which counts for whoever binds later. */
    public void setReusePort(boolean on) {
      table.lock.lock();
      try {
        reusePort = on;
      } finally {
        table.lock.unlock();
      }
    }

    /**
     * Makes the port one that is listened on. Does nothing if it is already.
     *
     * @throws ErrnoException EADDRINUSE if another one listens there, unless both have SO_REUSEPORT
     */
    public void listen() throws ErrnoException {
      table.lock.lock();
      try {
        if (!listening && (released || table.isRefused(this, port))) {
          throw new ErrnoException(Errno.EADDRINUSE);
        }
        listening = true;
      } finally {
        table.lock.unlock();
      }
    }

    /** Nobody listens any more; the port stays claimed. */
    public void unlisten() {
      table.lock.lock();
      try {
        listening = false;
      } finally {
        table.lock.unlock();
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
        Claim child =
            new Claim(table, localAddress, v6Only, reuseAddress, reusePort, chosenByConnect);
        table.add(child, port);
        return child;
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
          listening = false;
          table.remove(this);
        }
      } finally {
        table.lock.unlock();
      }
    }
  }
}
