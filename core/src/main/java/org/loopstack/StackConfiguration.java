// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Randomness;
import org.loopstack.engine.VirtualClock;
import org.loopstack.socket.NameTable;
import org.loopstack.transport.tcp.TcpConfiguration;

/**
 * How a stack behaves. Immutable; {@link #linux()} is where to begin, {@link #toBuilder()} how to
 * go on:
 *
 * <pre>{@code
 * StackConfiguration.linux().toBuilder().name("web").ephemeralPorts(40_000, 40_999).build()
 * }</pre>
 *
 * <p>Each setting is described, with its default and why, at the {@link Builder}'s method.
 */
public final class StackConfiguration {
  /** Which destination addresses an interface accepts (RFC 1122 section 3.3.4.2). */
  public enum HostModel {
    /** Any address of the host, whichever interface it belongs to. */
    WEAK,
    /** Only the addresses of the interface by which the datagram came. */
    STRONG
  }

  private static final StackConfiguration LINUX = new StackConfiguration(new Builder());

  private static final StackConfiguration FREEBSD = new StackConfiguration(freebsdSettings());

  private final String name;
  private final @Nullable VirtualClock clock;
  private final @Nullable Long seed;
  private final Duration busyPoll;
  private final boolean loopbackUp;
  private final HostModel hostModel;
  private final int defaultTtl;
  private final int firstEphemeralPort;
  private final int lastEphemeralPort;
  private final int unprivilegedPortStart;
  private final int datagramReceiveBuffer;
  private final int datagramSendBuffer;
  private final int maximumReceiveBuffer;
  private final int maximumSendBuffer;
  private final int streamReceiveBuffer;
  private final int streamSendBuffer;
  private final int maximumBacklog;
  private final Duration timeWait;
  private final int synRetries;
  private final int dataRetries;
  private final boolean robustResets;
  private final boolean softErrorsEndAttempts;
  private final boolean acceptSourceRoute;
  private final boolean splitPortsByParity;
  private final NameTable names;
  private final TcpConfiguration tcp;

  private StackConfiguration(Builder b) {
    name = b.name;
    clock = b.clock;
    seed = b.seed;
    busyPoll = b.busyPoll;
    loopbackUp = b.loopbackUp;
    hostModel = b.hostModel;
    defaultTtl = b.defaultTtl;
    firstEphemeralPort = b.firstEphemeralPort;
    lastEphemeralPort = b.lastEphemeralPort;
    unprivilegedPortStart = b.unprivilegedPortStart;
    datagramReceiveBuffer = b.datagramReceiveBuffer;
    datagramSendBuffer = b.datagramSendBuffer;
    maximumReceiveBuffer = b.maximumReceiveBuffer;
    maximumSendBuffer = b.maximumSendBuffer;
    streamReceiveBuffer = b.streamReceiveBuffer;
    streamSendBuffer = b.streamSendBuffer;
    maximumBacklog = b.maximumBacklog;
    timeWait = b.timeWait;
    synRetries = b.synRetries;
    dataRetries = b.dataRetries;
    robustResets = b.robustResets;
    softErrorsEndAttempts = b.softErrorsEndAttempts;
    acceptSourceRoute = b.acceptSourceRoute;
    splitPortsByParity = b.splitPortsByParity;
    names = b.names;
    tcp = b.tcp;
  }

  /** Linux as it is when nobody has changed anything, but for lo, which is up. */
  public static StackConfiguration linux() {
    return LINUX;
  }

  /**
   * FreeBSD 14 as it is when nobody has changed anything: the order of TCP's options, its timeouts
   * and retries, ephemeral ports from 10000 to 65535 of either parity (net.inet.ip.portrange.first
   * and last), a backlog of up to 128 and half as many again, buffers of 64 and 32 KiB up to 2 MiB
   * (net.inet.tcp.recvspace, sendspace, kern.ipc.maxsockbuf). It is how the stack looks on the
   * wire; the calls keep the results and texts that Java has on Linux.
   */
  public static StackConfiguration freebsd() {
    return FREEBSD;
  }

  private static Builder freebsdSettings() {
    Builder b =
        new Builder()
            .ephemeralPorts(10_000, 65_535)
            .maximumReceiveBuffer(2 << 20)
            .maximumSendBuffer(2 << 20)
            .streamReceiveBuffer(65_536)
            .streamSendBuffer(32_768)
            .datagramReceiveBuffer(42_080)
            .maximumBacklog(128)
            .synRetries(12)
            .softErrorsEndAttempts(false)
            .dataRetries(12);
    b.tcp = TcpConfiguration.freebsd();
    b.splitPortsByParity = false;
    return b;
  }

  /** A builder that begins with these settings. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** What people call the stack. */
  public String name() {
    return name;
  }

  /** Which host names it knows. */
  public NameTable names() {
    return names;
  }

  /** The clock of its virtual time, or null for real time. */
  public @Nullable VirtualClock clock() {
    return clock;
  }

  /** What all random numbers follow from, or null for numbers that nobody can predict. */
  public @Nullable Long seed() {
    return seed;
  }

  /** How long a platform thread that waits for a socket looks before it goes to sleep. */
  public Duration busyPoll() {
    return busyPoll;
  }

  /** Whether lo starts up, with its two addresses. */
  public boolean loopbackUp() {
    return loopbackUp;
  }

  /** Which destination addresses an interface accepts. */
  public HostModel hostModel() {
    return hostModel;
  }

  /** The time to live and hop limit of what is sent, 1 to 255. */
  public int defaultTtl() {
    return defaultTtl;
  }

  /** The lowest port that is chosen for a socket that asks for none. */
  public int firstEphemeralPort() {
    return firstEphemeralPort;
  }

  /** The highest such port. */
  public int lastEphemeralPort() {
    return lastEphemeralPort;
  }

  /** The lowest port that can be bound, 0 for all. */
  public int unprivilegedPortStart() {
    return unprivilegedPortStart;
  }

  /** SO_RCVBUF of a new datagram socket, as Java shows it, in bytes. */
  public int datagramReceiveBuffer() {
    return datagramReceiveBuffer;
  }

  /** SO_SNDBUF of a new datagram socket, as Java shows it, in bytes. */
  public int datagramSendBuffer() {
    return datagramSendBuffer;
  }

  /** What a larger SO_RCVBUF is cut to, in bytes. */
  public int maximumReceiveBuffer() {
    return maximumReceiveBuffer;
  }

  /** What a larger SO_SNDBUF is cut to, in bytes. */
  public int maximumSendBuffer() {
    return maximumSendBuffer;
  }

  /** How much a TCP connection keeps for its reader unless it is told otherwise, in bytes. */
  public int streamReceiveBuffer() {
    return streamReceiveBuffer;
  }

  /** How much a TCP connection takes from its writer unless it is told otherwise, in bytes. */
  public int streamSendBuffer() {
    return streamSendBuffer;
  }

  /** What a larger backlog of a listener is cut to. */
  public int maximumBacklog() {
    return maximumBacklog;
  }

  /** How long TIME-WAIT lasts. */
  public Duration timeWait() {
    return timeWait;
  }

  /** How often a SYN is sent again. */
  public int synRetries() {
    return synRetries;
  }

  /** How often any other segment is sent again. */
  public int dataRetries() {
    return dataRetries;
  }

  /** Whether a soft ICMP error ends a connection attempt. */
  public boolean softErrorsEndAttempts() {
    return softErrorsEndAttempts;
  }

  /** Whether an IPv4 datagram that has come by a source route is taken. */
  public boolean acceptSourceRoute() {
    return acceptSourceRoute;
  }

  /** Whether resets, SYNs and acknowledgments are checked as RFC 5961 says. */
  public boolean robustResets() {
    return robustResets;
  }

  /**
   * Whether TCP's ephemeral ports are odd for bind and even for connect, as long as there are any.
   */
  boolean splitPortsByParity() {
    return splitPortsByParity;
  }

  /** The rest of what makes the profile's TCP. */
  TcpConfiguration tcp() {
    return tcp;
  }

  /** The clock, the timers and the randomness that these settings ask for. */
  Engine engine() {
    if (clock != null) {
      return Engine.virtual(clock, seed == null ? 0 : seed);
    }
    Engine real = Engine.system();
    return new Engine(
        real.clock(),
        real.scheduler(),
        seed == null ? real.randomness() : Randomness.seeded(seed),
        busyPoll.toNanos());
  }

  /** Settings on their way to a configuration. Not thread-safe. */
  public static final class Builder {
    private String name = "default";
    private @Nullable VirtualClock clock;
    private @Nullable Long seed;
    private Duration busyPoll = Duration.ZERO;
    private boolean loopbackUp = true;
    private HostModel hostModel = HostModel.WEAK;
    private int defaultTtl = 64;
    private int firstEphemeralPort = 32_768;
    private int lastEphemeralPort = 60_999;
    private int unprivilegedPortStart;
    private int datagramReceiveBuffer = 106_496;
    private int datagramSendBuffer = 106_496;
    private int maximumReceiveBuffer = 4 << 20;
    private int maximumSendBuffer = 4 << 20;
    private int streamReceiveBuffer = 1 << 20;
    private int streamSendBuffer = 1 << 20;
    private int maximumBacklog = 4096;
    private Duration timeWait = Duration.ofSeconds(60);
    private int synRetries = 6;
    private int dataRetries = 15;
    private boolean robustResets = true;
    private boolean softErrorsEndAttempts = true;
    private boolean acceptSourceRoute;
    private boolean splitPortsByParity = true;
    private NameTable names = NameTable.standard();
    private TcpConfiguration tcp = TcpConfiguration.linux();

    private Builder() {}

    private Builder(StackConfiguration c) {
      name = c.name;
      clock = c.clock;
      seed = c.seed;
      busyPoll = c.busyPoll;
      loopbackUp = c.loopbackUp;
      hostModel = c.hostModel;
      defaultTtl = c.defaultTtl;
      firstEphemeralPort = c.firstEphemeralPort;
      lastEphemeralPort = c.lastEphemeralPort;
      unprivilegedPortStart = c.unprivilegedPortStart;
      datagramReceiveBuffer = c.datagramReceiveBuffer;
      datagramSendBuffer = c.datagramSendBuffer;
      maximumReceiveBuffer = c.maximumReceiveBuffer;
      maximumSendBuffer = c.maximumSendBuffer;
      streamReceiveBuffer = c.streamReceiveBuffer;
      streamSendBuffer = c.streamSendBuffer;
      maximumBacklog = c.maximumBacklog;
      timeWait = c.timeWait;
      synRetries = c.synRetries;
      dataRetries = c.dataRetries;
      robustResets = c.robustResets;
      softErrorsEndAttempts = c.softErrorsEndAttempts;
      acceptSourceRoute = c.acceptSourceRoute;
      splitPortsByParity = c.splitPortsByParity;
      names = c.names;
      tcp = c.tcp;
    }

    /**
     * What people call the stack; two stacks may have the same name. The default is "default".
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Builder name(String value) {
      if (value.isBlank()) {
        throw new IllegalArgumentException("A stack needs a name: \"" + value + '"');
      }
      name = value;
      return this;
    }

    /**
     * Which host names it knows. The default is {@link NameTable#standard}: localhost, and nothing
     * that the machine knows.
     */
    public Builder names(NameTable value) {
      names = value;
      return this;
    }

    /**
     * A clock that the user advances, or that advances by itself when nothing is left to do, so
     * that a minute passes in no time. The default, null, is real time. Several stacks may share
     * one clock.
     */
    public Builder clock(@Nullable VirtualClock value) {
      clock = value;
      return this;
    }

    /**
     * What all random numbers follow from: ports, initial sequence numbers, identifications. The
     * default, null, is numbers that nobody can predict, or in virtual time the seed 0, so that a
     * test repeats itself.
     */
    public Builder seed(@Nullable Long value) {
      seed = value;
      return this;
    }

    /**
     * How long a platform thread that waits, in a call on a socket or a selector, looks for what it
     * waits for before it goes to sleep: Linux's net.core.busy_read and busy_poll. A round trip
     * between two processors then takes about a microsecond instead of the time of two wake-ups,
     * and each waiting thread keeps a processor busy that long, though not from others that want
     * it. Virtual threads never do it, and nobody does in virtual time. The default is zero, as on
     * Linux.
     *
     * @throws IllegalArgumentException if it is not 0 to 1 second
     */
    public Builder busyPoll(Duration value) {
      if (value.isNegative() || value.compareTo(Duration.ofSeconds(1)) > 0) {
        throw new IllegalArgumentException("Busy polling: " + value + " (0 to 1 second)");
      }
      busyPoll = value;
      return this;
    }

    /**
     * Whether lo starts up, with 127.0.0.1/8 and ::1/128. The default is true, since a stack is
     * made to be used; a fresh network namespace of Linux has it down.
     */
    public Builder loopbackUp(boolean value) {
      loopbackUp = value;
      return this;
    }

    /**
     * Which destination addresses an interface accepts (RFC 1122 section 3.3.4.2). The default is
     * {@link HostModel#WEAK}, as on Linux.
     */
    public Builder hostModel(HostModel value) {
      hostModel = value;
      return this;
    }

    /**
     * The time to live and hop limit of what is sent. The default is 64, as on Linux and as RFC
     * 1700 recommends.
     *
     * @throws IllegalArgumentException if it is not 1 to 255
     */
    public Builder defaultTtl(int value) {
      defaultTtl = within("The default TTL", value, 1, 255);
      return this;
    }

    /**
     * Which ports are chosen for sockets that ask for none. The default is 32768 to 60999, Linux's
     * ip_local_port_range.
     *
     * @throws IllegalArgumentException if they are not a range within 1 to 65535
     */
    public Builder ephemeralPorts(int first, int last) {
      int low = within("The first ephemeral port", first, 1, 65_535);
      lastEphemeralPort = within("The last ephemeral port", last, low, 65_535);
      firstEphemeralPort = low;
      return this;
    }

    /**
     * The lowest port that can be bound; below it permission is denied. The default is 0: all can,
     * because whoever made the stack is its root. Linux's ip_unprivileged_port_start is 1024.
     *
     * @throws IllegalArgumentException if it is not 0 to 65536
     */
    public Builder unprivilegedPortStart(int value) {
      unprivilegedPortStart = within("The first unprivileged port", value, 0, 65_536);
      return this;
    }

    /**
     * SO_RCVBUF of a new datagram socket, as Java shows it; as on Linux, twice as much is kept, to
     * allow for what each datagram costs beside its bytes. The default is 106496, half of Linux's
     * rmem_default.
     *
     * @throws IllegalArgumentException if it is below 1152 bytes, Linux's least
     */
    public Builder datagramReceiveBuffer(int bytes) {
      datagramReceiveBuffer = within("The receive buffer", bytes, 1152, 1 << 29);
      return this;
    }

    /**
     * SO_SNDBUF of a new datagram socket, as Java shows it. The default is 106496, half of Linux's
     * wmem_default. No datagram waits in our send buffers, so that any size will do.
     *
     * @throws IllegalArgumentException if it is below 2304 bytes, Linux's least
     */
    public Builder datagramSendBuffer(int bytes) {
      datagramSendBuffer = within("The send buffer", bytes, 2304, 1 << 29);
      return this;
    }

    /**
     * What a larger SO_RCVBUF is cut to. The default is 4 MiB, Linux's rmem_max.
     *
     * @throws IllegalArgumentException if it is below 1152 bytes
     */
    public Builder maximumReceiveBuffer(int bytes) {
      maximumReceiveBuffer = within("The greatest receive buffer", bytes, 1152, 1 << 29);
      return this;
    }

    /**
     * What a larger SO_SNDBUF is cut to. The default is 4 MiB, Linux's wmem_max.
     *
     * @throws IllegalArgumentException if it is below 2304 bytes
     */
    public Builder maximumSendBuffer(int bytes) {
      maximumSendBuffer = within("The greatest send buffer", bytes, 2304, 1 << 29);
      return this;
    }

    /**
     * How much a TCP connection keeps for a reader that is slow. The default is 1 MiB: enough for
     * 16 of the loopback's segments, which Linux's automatic tuning reaches too.
     *
     * @throws IllegalArgumentException if it is below 1152 bytes
     */
    public Builder streamReceiveBuffer(int bytes) {
      streamReceiveBuffer = within("The receive buffer", bytes, 1152, 1 << 29);
      return this;
    }

    /**
     * How much a TCP connection takes from a writer before the peer has acknowledged it. The
     * default is 1 MiB, for the same reason.
     *
     * @throws IllegalArgumentException if it is below 2304 bytes
     */
    public Builder streamSendBuffer(int bytes) {
      streamSendBuffer = within("The send buffer", bytes, 2304, 1 << 29);
      return this;
    }

    /**
     * What a larger backlog of a listener is cut to. The default is 4096, Linux's somaxconn.
     *
     * @throws IllegalArgumentException if it is not 1 to 65535
     */
    public Builder maximumBacklog(int value) {
      maximumBacklog = within("The greatest backlog", value, 1, 65_535);
      return this;
    }

    /**
     * How long TIME-WAIT lasts: 2 MSL. The default is 60 s, as on Linux; RFC 9293 section 3.4.2
     * takes an MSL of 2 minutes.
     *
     * @throws IllegalArgumentException if it is negative or more than a day
     */
    public Builder timeWait(Duration value) {
      if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("TIME-WAIT lasts 0 to 1 day: " + value);
      }
      timeWait = value;
      return this;
    }

    /**
     * How often a SYN that nobody answers is sent again. The default is 6, Linux's tcp_syn_retries.
     *
     * @throws IllegalArgumentException if it is not 0 to 127
     */
    public Builder synRetries(int value) {
      synRetries = within("SYN retries", value, 0, 127);
      return this;
    }

    /**
     * How often a segment that nobody acknowledges is sent again before the connection is given up.
     * The default is 15, Linux's tcp_retries2.
     *
     * @throws IllegalArgumentException if it is not 0 to 255
     */
    public Builder dataRetries(int value) {
      dataRetries = within("Retries", value, 0, 255);
      return this;
    }

    /**
     * Whether resets and SYNs count only at the very number that is expected, and acknowledgments
     * only within the window (RFC 5961), against forgers who do not see the connection. The default
     * is true; false is RFC 793's way.
     */
    public Builder robustResets(boolean value) {
      robustResets = value;
      return this;
    }

    /**
     * Whether an attempt to connect fails at once when ICMP reports a soft error: network or host
     * unreachable, source route failed, time exceeded, parameter problem. The default is true, as
     * on Linux (RFC 5461 section 4); with false, which is FreeBSD's, it goes on until it times out,
     * as RFC 9293 section 3.9.2.2 demands.
     */
    public Builder softErrorsEndAttempts(boolean value) {
      softErrorsEndAttempts = value;
      return this;
    }

    /**
     * Whether an IPv4 datagram that has come by a source route, which ends here, is taken; a TCP
     * connection that begins with one is answered by the way back. The default is false, as on
     * Linux (net.ipv4.conf.all.accept_source_route): who can name the way can pretend to be anybody
     * (RFC 7126 section 4.3).
     */
    public Builder acceptSourceRoute(boolean value) {
      acceptSourceRoute = value;
      return this;
    }

    /** The configuration with these settings. */
    public StackConfiguration build() {
      return new StackConfiguration(this);
    }

    private static int within(String what, int value, int least, int most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(what + " is " + least + " to " + most + ": " + value);
      }
      return value;
    }
  }
}
