// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Heap;
import org.loopstack.engine.SipHash;
import org.loopstack.wire.SynLayout;

/**
 * The numbers by which one profile's TCP differs from another's: data, not branches. Times are in
 * nanoseconds, sizes in bytes. Immutable.
 */
public final class TcpConfiguration {
  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1_000 * MILLISECOND;

  private final Builder values;

  private TcpConfiguration(Builder values) {
    this.values = values;
  }

  /** Linux, by the defaults of its {@code net.ipv4.tcp_*} settings. */
  public static TcpConfiguration linux() {
    return new Builder().build();
  }

  /**
   * FreeBSD 14, by the defaults of its {@code net.inet.tcp.*} settings and the constants of
   * sys/netinet/tcp_timer.h: a SYN at 1, 1, 1, 1, 1, 2, 4 ... seconds (tcp_syn_backoff) until
   * TCPTV_KEEP_INIT, 12 retransmissions (TCP_MAXRXTSHIFT) of at most 64 s (TCPTV_REXMTMAX), a
   * timeout of at least 30 ms (rexmit_min) to which 200 ms are added (rexmit_slop), acknowledgments
   * delayed by 40 ms (delacktime, 100 ms before revision 360010) for one segment at most, 2 MSL of
   * 30 s each, 8 keep-alive probes. Of sys/kern/uipc_socket.c: a backlog of up to 128
   * (kern.ipc.soacceptqueue), of which half as many again may wait; of tcp_syncache.c: 3 SYN-ACKs
   * sent again, and a reset for whom no socket can be made (rst_on_sock_fail).
   */
  public static TcpConfiguration freebsd() {
    return new Builder()
        .synLayout(SynLayout.FREEBSD)
        .minRto(30 * MILLISECOND)
        .maxRto(64 * SECOND)
        .rtoRule(RtoRule.SMOOTHED)
        .rtoSlop(200 * MILLISECOND)
        .synRetries(12)
        .connectTimeout(75 * SECOND)
        .synAckRetries(3)
        .dataRetries(12)
        .retryTimeBase(0)
        .minSendMss(216)
        .orphanRetries(12)
        .maxDelayedAck(0)
        .quickAcks(0)
        .ackEverySecondSegment(true)
        .timeWaitReuse(0)
        .timeWaitReuseMode(TimeWaitReuse.NEVER)
        .rack(false)
        .tailLossProbe(false)
        .frto(false)
        .byteCountingLimit(2)
        .keepAliveProbes(8)
        .sendBuffer(32_768)
        .receiveBuffer(65_536)
        .maxSendBuffer(2 << 20)
        .maxReceiveBuffer(2 << 20)
        .maxTunedReceiveBuffer(2 << 20)
        // RFC 6928: "min (10*MSS, max (2*MSS, 14600))"; Linux goes without the last bound.
        .initialWindowLimit(14_600)
        .maxBacklog(128)
        // tcp_syncache.c: TCP_SYNCACHE_HASHSIZE rows of TCP_SYNCACHE_BUCKETLIMIT, for all backlogs.
        .maxHalfOpen(512 * 30)
        .halfOpenByBacklog(false)
        .backlogPercent(150)
        .resetOnOverflow(true)
        .softErrorsEndAttempts(false)
        .wholeSynWindow(false)
        .build();
  }

  /** A builder that begins with these values. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** The retransmission timeout before a round trip was measured (RFC 6298). */
  long initialRto() {
    return values.initialRto;
  }

  /** The least retransmission timeout, or what is left above the round trip: by the rule. */
  long minRto() {
    return values.minRto;
  }

  /** The greatest retransmission timeout, backed off. */
  long maxRto() {
    return values.maxRto;
  }

  /**
   * How often a SYN is sent again with a timeout that doubles. RFC 9293 section 3.8.3 wants three
   * minutes (MUST-23): 7 give them (4 minutes and 11 seconds with Linux's other values), Linux's 6
   * give 131 seconds.
   */
  int synRetries() {
    return values.synRetries;
  }

  /** How often it is sent again before that, each time after the initial timeout. */
  int synLinearTimeouts() {
    return values.synLinearTimeouts;
  }

  /** How often a SYN-ACK is sent again. */
  int synAckRetries() {
    return values.synAckRetries;
  }

  /** How often a segment is sent again before the connection is given up. */
  int dataRetries() {
    return values.dataRetries;
  }

  /** The same, once the user has closed. */
  int orphanRetries() {
    return values.orphanRetries;
  }

  /** How long an acknowledgment may wait for data to go with. */
  long delayedAck() {
    return values.delayedAck;
  }

  /** How long it may wait if the peer's segments come far apart. */
  long maxDelayedAck() {
    return values.maxDelayedAck;
  }

  /**
   * How many acknowledgments go at once before they begin to wait, at a connection's beginning and
   * when something was amiss; 0 for none.
   */
  int quickAcks() {
    return values.quickAcks;
  }

  /**
   * Whether every second segment is acknowledged at once whatever its size, and the reader's calls
   * never acknowledge what has arrived.
   */
  boolean ackEverySecondSegment() {
    return values.ackEverySecondSegment;
  }

  /** How long TIME-WAIT lasts: 2 MSL. */
  long timeWait() {
    return values.timeWait;
  }

  /**
   * After how long a new connection of ours may take over a TIME-WAIT, by its timestamps (RFC
   * 6191); 0 for never.
   */
  long timeWaitReuse() {
    return values.timeWaitReuse;
  }

  /** How long FIN-WAIT-2 lasts once the user has closed. */
  long finTimeout() {
    return values.finTimeout;
  }

  /** After how long a silence keep-alive begins to ask. */
  long keepAliveIdle() {
    return values.keepAliveIdle;
  }

  /** How long keep-alive waits for an answer. */
  long keepAliveInterval() {
    return values.keepAliveInterval;
  }

  /** How often keep-alive asks. */
  int keepAliveProbes() {
    return values.keepAliveProbes;
  }

  /** How much a user may write ahead of the acknowledgments. */
  int sendBuffer() {
    return values.sendBuffer;
  }

  /** How much may arrive ahead of the user's reads. */
  int receiveBuffer() {
    return values.receiveBuffer;
  }

  /** Up to what the window scale allows a receive buffer to be set later. */
  int maxReceiveBuffer() {
    return values.maxReceiveBuffer;
  }

  /** Up to what a receive buffer grows by itself, as the user's reads ask for it. */
  int maxTunedReceiveBuffer() {
    return values.maxTunedReceiveBuffer;
  }

  /** Whether a receive buffer grows by itself. */
  boolean receiveAutoTuning() {
    return values.receiveAutoTuning;
  }

  /** What all connections hold together, in bytes: pressure ends below this. */
  long memoryLow() {
    return values.memoryLow;
  }

  /** Beyond this no window grows. */
  long memoryPressure() {
    return values.memoryPressure;
  }

  /** Beyond this what arrives and is written has to wait. */
  long memoryHigh() {
    return values.memoryHigh;
  }

  /** What a larger SO_SNDBUF is cut to. */
  int maxSendBuffer() {
    return values.maxSendBuffer;
  }

  /** The initial congestion window, in segments (RFC 6928). */
  int initialWindowSegments() {
    return values.initialWindowSegments;
  }

  /** So many segments, within what {@link #initialWindowLimit} allows; in bytes. */
  long initialWindow(int segments, int mss) {
    return Math.min((long) segments * mss, Math.max(2L * mss, initialWindowLimit()));
  }

  /** The greatest backlog of a listener: somaxconn. */
  int maxBacklog() {
    return values.maxBacklog;
  }

  /**
   * How many half-open connections a listener keeps before SYNs are answered by cookies or dropped.
   * By Linux's rule as many as may wait to be accepted, and without cookies a quarter less than
   * {@code tcp_max_syn_backlog}.
   */
  int maxHalfOpen(int backlog) {
    int most = values.maxHalfOpen;
    if (!values.halfOpenByBacklog) {
      return most;
    }
    if (values.synCookies == SynCookieMode.NEVER && most > 3) {
      most -= most / 4;
    }
    return Math.min(most, backlog + 1);
  }

  /** Whether old half-open connections go earlier the more of them there are. */
  boolean pruneHalfOpen() {
    return values.halfOpenByBacklog;
  }

  /** The least time between two acknowledgments that answer the invalid. */
  long challengeAckInterval() {
    return values.challengeAckInterval;
  }

  /** The time to live or hop limit. */
  int ttl() {
    return values.ttl;
  }

  /** The congestion control algorithm: cubic or reno. */
  String congestion() {
    return values.congestion;
  }

  /** Whether we offer timestamps (RFC 7323). */
  boolean timestamps() {
    return values.timestamps;
  }

  /** Whether we offer window scaling (RFC 7323). */
  boolean windowScaling() {
    return values.windowScaling;
  }

  /** Whether we offer selective acknowledgments (RFC 2018). */
  boolean selectiveAcknowledgment() {
    return values.selectiveAcknowledgment;
  }

  /** When a SYN is answered without keeping anything (RFC 4987 section 3.6). */
  SynCookieMode synCookies() {
    return values.synCookies;
  }

  /** Whether a reset is ignored in TIME-WAIT (RFC 1337). */
  boolean robustTimeWait() {
    return values.robustTimeWait;
  }

  /**
   * What Fast Open may do, in the bits of Linux's {@code net.ipv4.tcp_fastopen}: 1 for clients, 2
   * for servers, 4 for clients that send data without a cookie, 0x200 for servers that need none,
   * 0x400 for all listeners, also those whose TCP_FASTOPEN nobody has set. The default is 3: who
   * sets the option has the stack in his hand; Linux's is 1.
   */
  int fastOpen() {
    return values.fastOpen;
  }

  /** The key of Fast Open's cookies, or null for one of the stack's own. */
  @Nullable SipHash fastOpenKey() {
    return values.fastOpenKey;
  }

  /** The key whose cookies of Fast Open are good too, or null for none. */
  @Nullable SipHash fastOpenBackupKey() {
    return values.fastOpenBackupKey;
  }

  /** How long a key of the stack's own makes cookies, and is good for as long again; 0 for ever. */
  long fastOpenKeyLifetime() {
    return values.fastOpenKeyLifetime;
  }

  /**
   * For how long Fast Open is not tried with a peer after the first time that it may have made a
   * SYN vanish: each further time doubles it. 0: it is tried again at once.
   */
  long fastOpenBlackholeTimeout() {
    return values.fastOpenBlackholeTimeout;
  }

  /** When congestion is notified explicitly (RFC 3168). */
  EcnMode ecn() {
    return values.ecn;
  }

  /** Whether a SYN that is sent again does without ECN (RFC 3168 section 6.1.1.1). */
  boolean ecnFallback() {
    return values.ecnFallback;
  }

  /** Whether a SYN that was reset is sent again without ECN (RFC 3168 section 6.1.1.1). */
  boolean ecnFallbackOnReset() {
    return values.ecnFallbackOnReset;
  }

  /** Whether resets, SYNs and acknowledgments are checked as RFC 5961 says. */
  boolean robustResets() {
    return values.robustResets;
  }

  /** In which order the options of a SYN stand. */
  SynLayout synLayout() {
    return values.synLayout;
  }

  /** What a retransmission timeout allows for the variation of round-trip times. */
  RtoRule rtoRule() {
    return values.rtoRule;
  }

  /**
   * How long a SYN or SYN-ACK waits for its answer. As on FreeBSD the slop begins with the second.
   *
   * @param retries how often it was sent again
   * @param doublings how often the timeout has doubled
   */
  long handshakeTimeout(int retries, int doublings) {
    long timeout = values.initialRto << Math.min(doublings, 20);
    return Math.min(retries == 0 ? timeout : timeout + values.rtoSlop, values.maxRto);
  }

  /** What is added to each retransmission timeout after it was backed off. */
  long rtoSlop() {
    return values.rtoSlop;
  }

  /** How long a connection may take to open, whatever the number of SYNs; 0 for ever. */
  long connectTimeout() {
    return values.connectTimeout;
  }

  /** The most bytes of the initial congestion window, if that is two segments at least. */
  int initialWindowLimit() {
    return values.initialWindowLimit;
  }

  /**
   * How many connections may wait to be accepted before the next is one too many, as a percentage
   * of the backlog.
   */
  int backlogPercent() {
    return values.backlogPercent;
  }

  /** Whether the peer of a connection that finds the backlog full is reset; else it tries again. */
  boolean resetOnOverflow() {
    return values.resetOnOverflow;
  }

  /**
   * Whether a soft ICMP error ends a connection attempt, as on Linux (RFC 5461 section 4); else it
   * is but reported, as RFC 9293 section 3.9.2.2 demands.
   */
  boolean softErrorsEndAttempts() {
    return values.softErrorsEndAttempts;
  }

  /** Whether the window of a SYN is a whole number of segments. */
  boolean wholeSynWindow() {
    return values.wholeSynWindow;
  }

  /** How often a segment is sent again before the path is doubted: R1 of RFC 9293 section 3.8.3. */
  int softRetries() {
    return values.softRetries;
  }

  /**
   * The first timeout of the schedule by which numbers of retransmissions are taken as the time
   * that they would take, as Linux does; 0 if they are counted.
   */
  long retryTimeBase() {
    return values.retryTimeBase;
  }

  /** When the path's MTU is searched (RFC 4821). */
  MtuProbing mtuProbing() {
    return values.mtuProbing;
  }

  /** The segment, headers not counted, that the search begins with. */
  int baseMss() {
    return values.baseMss;
  }

  /** The least to which timeouts make the search go down. */
  int mtuProbeFloor() {
    return values.mtuProbeFloor;
  }

  /** A range so narrow needs no more probes. */
  int mtuProbeThreshold() {
    return values.mtuProbeThreshold;
  }

  /** How often the search begins anew. */
  long mtuProbeInterval() {
    return values.mtuProbeInterval;
  }

  /** The least segment, options counted in, whatever the peer and the path say. */
  int minSendMss() {
    return values.minSendMss;
  }

  /**
   * Whether a limit of retransmissions is reached, as a count or by the time that it stands for.
   *
   * @param attempts how often the segment was sent again
   * @param elapsed how long ago for the first time
   */
  boolean isTimedOut(int limit, int attempts, long elapsed) {
    long base = values.retryTimeBase;
    if (base == 0) {
      return attempts >= limit;
    }
    int doublings = 63 - Long.numberOfLeadingZeros(Math.max(1, values.maxRto / base));
    long time = ((2L << Math.min(limit, doublings)) - 1) * base;
    return attempts > 0 && elapsed >= time + Math.max(0, limit - doublings) * values.maxRto;
  }

  /** Whether losses are found by time (RACK, RFC 8985); else by RFC 6675's counting. */
  boolean rack() {
    return values.rack;
  }

  /** Whether the end of a flight is probed (RFC 8985 section 7). */
  boolean tailLossProbe() {
    return values.tailLossProbe;
  }

  /** Whether a timeout is examined for being spurious (F-RTO, RFC 5682). */
  boolean frto() {
    return values.frto;
  }

  /** Whether RFC 6582's Impatient variant repairs without SACK; else Slow-but-Steady does. */
  boolean impatientRecovery() {
    return values.impatientRecovery;
  }

  /** Whether a window that is not used shrinks (RFC 2861). */
  boolean slowStartAfterIdle() {
    return values.slowStartAfterIdle;
  }

  /**
   * Whether a loss reduces what is in flight (RFC 5681); else it reduces the window, as Linux and
   * FreeBSD do.
   */
  boolean reduceFlight() {
    return values.reduceFlight;
  }

  /** L of RFC 3465: the segments by which one acknowledgment may let slow start grow. */
  int byteCountingLimit() {
    return values.byteCountingLimit;
  }

  /** Which connections of ours a new one may replace in TIME-WAIT. */
  TimeWaitReuse timeWaitReuseMode() {
    return values.timeWaitReuseMode;
  }

  /** How many connections may be in TIME-WAIT; more are closed without it. */
  int maxTimeWait() {
    return values.maxTimeWait;
  }

  /** Collects the values; each says its meaning where the configuration tells it. */
  public static final class Builder {
    private long initialRto = SECOND;
    private long minRto = 200 * MILLISECOND;
    private long maxRto = 120 * SECOND;
    private int synRetries = 6;
    private int synLinearTimeouts = 4;
    private int synAckRetries = 5;
    private int dataRetries = 15;
    private int orphanRetries = 8;
    private long delayedAck = 40 * MILLISECOND;
    private long maxDelayedAck = 200 * MILLISECOND;
    private int quickAcks = 16;
    private boolean ackEverySecondSegment;
    private long timeWait = 60 * SECOND;
    private long timeWaitReuse = SECOND;
    private long finTimeout = 60 * SECOND;
    private long keepAliveIdle = 7200 * SECOND;
    private long keepAliveInterval = 75 * SECOND;
    private int keepAliveProbes = 9;
    private int sendBuffer = 1 << 20;
    // Of tcp_rmem's 131,072 and 6,291,456 one half is the window's (tcp_adv_win_scale).
    private int receiveBuffer = 65_536;
    private int maxTunedReceiveBuffer = 3 << 20;
    private boolean receiveAutoTuning = true;
    private int maxReceiveBuffer = 6 << 20;
    // A quarter of the heap, and Linux's parts of it. Linux itself takes less, of more.
    private long memoryHigh = Heap.limit() / 4;
    private long memoryPressure = memoryHigh / 2;
    private long memoryLow = memoryHigh * 3 / 8;
    private int maxSendBuffer = 4 << 20;
    private int initialWindowSegments = 10;
    private int maxBacklog = 4096;
    private int maxHalfOpen = 4096;
    private boolean halfOpenByBacklog = true;
    private long challengeAckInterval = 500 * MILLISECOND;
    private int ttl = 64;
    private String congestion = Cubic.NAME;
    private int fastOpen = 3;
    private @Nullable SipHash fastOpenKey;
    private @Nullable SipHash fastOpenBackupKey;
    private long fastOpenKeyLifetime = 0;
    // Linux's until 5.13; since then it is 0, which RFC 7413 section 4.1.3.1 does not allow.
    private long fastOpenBlackholeTimeout = 3600 * SECOND;
    private boolean ecnFallbackOnReset;
    private boolean timestamps = true;
    private boolean windowScaling = true;
    private boolean selectiveAcknowledgment = true;
    private boolean robustResets = true;
    private SynLayout synLayout = SynLayout.LINUX;
    private RtoRule rtoRule = RtoRule.LARGEST_OF_A_WINDOW;
    private long rtoSlop = 0;
    private long connectTimeout = 0;
    private int initialWindowLimit = Integer.MAX_VALUE;
    private int backlogPercent = 100;
    private boolean resetOnOverflow = false;
    private boolean softErrorsEndAttempts = true;
    private boolean wholeSynWindow = true;
    private SynCookieMode synCookies = SynCookieMode.UNDER_PRESSURE;
    private int softRetries = 3;
    private long retryTimeBase = 200 * MILLISECOND;
    private MtuProbing mtuProbing = MtuProbing.OFF;
    private int baseMss = 1_024;
    private int mtuProbeFloor = 48;
    private int mtuProbeThreshold = 8;
    private long mtuProbeInterval = 600 * SECOND;
    private int minSendMss = 48;
    private boolean rack = true;
    private boolean tailLossProbe = true;
    private boolean frto = true;
    private boolean impatientRecovery = false;
    private boolean slowStartAfterIdle = true;
    private boolean reduceFlight;
    private int byteCountingLimit = Integer.MAX_VALUE;
    private TimeWaitReuse timeWaitReuseMode = TimeWaitReuse.LOOPBACK;
    private int maxTimeWait = 262_144;
    private boolean robustTimeWait;
    private EcnMode ecn = EcnMode.ACCEPT;
    private boolean ecnFallback = true;

    private Builder() {}

    private Builder(Builder from) {
      initialRto = from.initialRto;
      minRto = from.minRto;
      maxRto = from.maxRto;
      synRetries = from.synRetries;
      synLinearTimeouts = from.synLinearTimeouts;
      synAckRetries = from.synAckRetries;
      dataRetries = from.dataRetries;
      orphanRetries = from.orphanRetries;
      delayedAck = from.delayedAck;
      maxDelayedAck = from.maxDelayedAck;
      quickAcks = from.quickAcks;
      ackEverySecondSegment = from.ackEverySecondSegment;
      timeWait = from.timeWait;
      timeWaitReuse = from.timeWaitReuse;
      finTimeout = from.finTimeout;
      keepAliveIdle = from.keepAliveIdle;
      keepAliveInterval = from.keepAliveInterval;
      keepAliveProbes = from.keepAliveProbes;
      sendBuffer = from.sendBuffer;
      receiveBuffer = from.receiveBuffer;
      maxReceiveBuffer = from.maxReceiveBuffer;
      memoryHigh = from.memoryHigh;
      memoryPressure = from.memoryPressure;
      memoryLow = from.memoryLow;
      maxTunedReceiveBuffer = from.maxTunedReceiveBuffer;
      receiveAutoTuning = from.receiveAutoTuning;
      maxSendBuffer = from.maxSendBuffer;
      initialWindowSegments = from.initialWindowSegments;
      maxBacklog = from.maxBacklog;
      maxHalfOpen = from.maxHalfOpen;
      halfOpenByBacklog = from.halfOpenByBacklog;
      challengeAckInterval = from.challengeAckInterval;
      ttl = from.ttl;
      congestion = from.congestion;
      fastOpen = from.fastOpen;
      fastOpenKey = from.fastOpenKey;
      fastOpenBackupKey = from.fastOpenBackupKey;
      fastOpenKeyLifetime = from.fastOpenKeyLifetime;
      fastOpenBlackholeTimeout = from.fastOpenBlackholeTimeout;
      ecnFallbackOnReset = from.ecnFallbackOnReset;
      timestamps = from.timestamps;
      windowScaling = from.windowScaling;
      selectiveAcknowledgment = from.selectiveAcknowledgment;
      robustResets = from.robustResets;
      synLayout = from.synLayout;
      rtoRule = from.rtoRule;
      rtoSlop = from.rtoSlop;
      connectTimeout = from.connectTimeout;
      initialWindowLimit = from.initialWindowLimit;
      backlogPercent = from.backlogPercent;
      resetOnOverflow = from.resetOnOverflow;
      softErrorsEndAttempts = from.softErrorsEndAttempts;
      wholeSynWindow = from.wholeSynWindow;
      synCookies = from.synCookies;
      softRetries = from.softRetries;
      retryTimeBase = from.retryTimeBase;
      mtuProbing = from.mtuProbing;
      baseMss = from.baseMss;
      mtuProbeFloor = from.mtuProbeFloor;
      mtuProbeThreshold = from.mtuProbeThreshold;
      mtuProbeInterval = from.mtuProbeInterval;
      minSendMss = from.minSendMss;
      rack = from.rack;
      tailLossProbe = from.tailLossProbe;
      frto = from.frto;
      impatientRecovery = from.impatientRecovery;
      slowStartAfterIdle = from.slowStartAfterIdle;
      reduceFlight = from.reduceFlight;
      byteCountingLimit = from.byteCountingLimit;
      timeWaitReuseMode = from.timeWaitReuseMode;
      maxTimeWait = from.maxTimeWait;
      robustTimeWait = from.robustTimeWait;
      ecn = from.ecn;
      ecnFallback = from.ecnFallback;
    }

    /** Sets {@link TcpConfiguration#initialRto}. */
    public Builder initialRto(long value) {
      initialRto = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#minRto}. */
    public Builder minRto(long value) {
      minRto = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxRto}. */
    public Builder maxRto(long value) {
      maxRto = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#synRetries}. */
    public Builder synRetries(int value) {
      synRetries = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#synLinearTimeouts}. */
    public Builder synLinearTimeouts(int value) {
      synLinearTimeouts = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#synAckRetries}. */
    public Builder synAckRetries(int value) {
      synAckRetries = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#dataRetries}. */
    public Builder dataRetries(int value) {
      dataRetries = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#orphanRetries}. */
    public Builder orphanRetries(int value) {
      orphanRetries = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#delayedAck}. */
    public Builder delayedAck(long value) {
      delayedAck = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxDelayedAck}. */
    public Builder maxDelayedAck(long value) {
      maxDelayedAck = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#quickAcks}. */
    public Builder quickAcks(int value) {
      quickAcks = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#ackEverySecondSegment}. */
    public Builder ackEverySecondSegment(boolean value) {
      ackEverySecondSegment = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#timeWait}. */
    public Builder timeWait(long value) {
      timeWait = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#timeWaitReuse}. */
    public Builder timeWaitReuse(long value) {
      timeWaitReuse = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#finTimeout}. */
    public Builder finTimeout(long value) {
      finTimeout = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#keepAliveIdle}. */
    public Builder keepAliveIdle(long value) {
      keepAliveIdle = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#keepAliveInterval}. */
    public Builder keepAliveInterval(long value) {
      keepAliveInterval = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#keepAliveProbes}. */
    public Builder keepAliveProbes(int value) {
      keepAliveProbes = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#sendBuffer}. */
    public Builder sendBuffer(int value) {
      sendBuffer = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#receiveBuffer}. */
    public Builder receiveBuffer(int value) {
      receiveBuffer = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxReceiveBuffer}. */
    public Builder maxReceiveBuffer(int value) {
      maxReceiveBuffer = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxTunedReceiveBuffer}. */
    public Builder maxTunedReceiveBuffer(int value) {
      maxTunedReceiveBuffer = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#receiveAutoTuning}. */
    public Builder receiveAutoTuning(boolean value) {
      receiveAutoTuning = value;
      return this;
    }

    /**
     * Sets {@link TcpConfiguration#memoryLow}, {@link TcpConfiguration#memoryPressure} and {@link
     * TcpConfiguration#memoryHigh}.
     *
     * @throws IllegalArgumentException if they are not in this order
     */
    public Builder memory(long low, long pressure, long high) {
      if (low < 0 || low > pressure || pressure > high) {
        throw new IllegalArgumentException(
            "Marks of memory in no order: " + low + ", " + pressure + ", " + high);
      }
      memoryLow = low;
      memoryPressure = pressure;
      memoryHigh = high;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxSendBuffer}. */
    public Builder maxSendBuffer(int value) {
      maxSendBuffer = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#initialWindowSegments}. */
    public Builder initialWindowSegments(int value) {
      initialWindowSegments = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxBacklog}. */
    public Builder maxBacklog(int value) {
      maxBacklog = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxHalfOpen}. */
    public Builder maxHalfOpen(int value) {
      maxHalfOpen = value;
      return this;
    }

    /**
     * Sets whether the backlog limits the half-open connections too, and the old ones among them
     * make room for the young, as on Linux: {@link TcpConfiguration#maxHalfOpen}, {@link
     * TcpConfiguration#pruneHalfOpen}.
     */
    public Builder halfOpenByBacklog(boolean value) {
      halfOpenByBacklog = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#challengeAckInterval}. */
    public Builder challengeAckInterval(long value) {
      challengeAckInterval = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#ttl}. */
    public Builder ttl(int value) {
      ttl = value;
      return this;
    }

    /**
     * Sets {@link TcpConfiguration#congestion}.
     *
     * @throws IllegalArgumentException if there is no such algorithm
     */
    public Builder congestion(String value) {
      if (!CongestionControls.isKnown(value)) {
        throw new IllegalArgumentException("No such congestion control: " + value);
      }
      congestion = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#fastOpen}. */
    public Builder fastOpen(int value) {
      fastOpen = value;
      return this;
    }

    /**
     * Sets the key of Fast Open's cookies, in the form of Linux's {@code
     * net.ipv4.tcp_fastopen_key}: then every stack that has it knows the cookies of all others, and
     * they are Linux's.
     *
     * @param value four groups of eight hexadecimal digits, with hyphens between them; after a
     *     comma perhaps a second key, whose cookies are good too
     * @throws IllegalArgumentException if it is none
     */
    public Builder fastOpenKey(String value) {
      String[] keys = value.split(",", 2);
      fastOpenKey = key(keys[0]);
      fastOpenBackupKey = keys.length > 1 ? key(keys[1]) : null;
      return this;
    }

    private static SipHash key(String value) {
      if (!value.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{8}){3}")) {
        throw new IllegalArgumentException("A key is four groups of 8 digits: " + value);
      }
      long[] words = new long[4];
      for (int i = 0; i < words.length; i++) {
        words[i] = Long.parseLong(value, 9 * i, 9 * i + 8, 16);
      }
      return new SipHash(words[1] << 32 | words[0], words[3] << 32 | words[2]);
    }

    /** Sets {@link TcpConfiguration#fastOpenKeyLifetime}. */
    public Builder fastOpenKeyLifetime(long value) {
      fastOpenKeyLifetime = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#fastOpenBlackholeTimeout}. */
    public Builder fastOpenBlackholeTimeout(long value) {
      fastOpenBlackholeTimeout = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#ecnFallbackOnReset}. */
    public Builder ecnFallbackOnReset(boolean value) {
      ecnFallbackOnReset = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#timestamps}. */
    public Builder timestamps(boolean value) {
      timestamps = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#windowScaling}. */
    public Builder windowScaling(boolean value) {
      windowScaling = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#selectiveAcknowledgment}. */
    public Builder selectiveAcknowledgment(boolean value) {
      selectiveAcknowledgment = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#robustResets}. */
    public Builder robustResets(boolean value) {
      robustResets = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#synCookies}. */
    public Builder synCookies(SynCookieMode value) {
      synCookies = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#robustTimeWait}. */
    public Builder robustTimeWait(boolean value) {
      robustTimeWait = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#ecn}. */
    public Builder ecn(EcnMode value) {
      ecn = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#ecnFallback}. */
    public Builder ecnFallback(boolean value) {
      ecnFallback = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#synLayout}. */
    public Builder synLayout(SynLayout value) {
      synLayout = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#rtoRule}. */
    public Builder rtoRule(RtoRule value) {
      rtoRule = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#rtoSlop}. */
    public Builder rtoSlop(long value) {
      rtoSlop = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#connectTimeout}. */
    public Builder connectTimeout(long value) {
      connectTimeout = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#initialWindowLimit}. */
    public Builder initialWindowLimit(int value) {
      initialWindowLimit = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#backlogPercent}. */
    public Builder backlogPercent(int value) {
      backlogPercent = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#resetOnOverflow}. */
    public Builder resetOnOverflow(boolean value) {
      resetOnOverflow = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#softErrorsEndAttempts}. */
    public Builder softErrorsEndAttempts(boolean value) {
      softErrorsEndAttempts = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#wholeSynWindow}. */
    public Builder wholeSynWindow(boolean value) {
      wholeSynWindow = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#softRetries}. */
    public Builder softRetries(int value) {
      softRetries = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#retryTimeBase}. */
    public Builder retryTimeBase(long value) {
      retryTimeBase = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#mtuProbing}. */
    public Builder mtuProbing(MtuProbing value) {
      mtuProbing = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#baseMss}. */
    public Builder baseMss(int value) {
      baseMss = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#mtuProbeFloor}. */
    public Builder mtuProbeFloor(int value) {
      mtuProbeFloor = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#mtuProbeThreshold}. */
    public Builder mtuProbeThreshold(int value) {
      mtuProbeThreshold = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#mtuProbeInterval}. */
    public Builder mtuProbeInterval(long value) {
      mtuProbeInterval = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#minSendMss}. */
    public Builder minSendMss(int value) {
      minSendMss = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#rack}. */
    public Builder rack(boolean value) {
      rack = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#tailLossProbe}. */
    public Builder tailLossProbe(boolean value) {
      tailLossProbe = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#frto}. */
    public Builder frto(boolean value) {
      frto = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#impatientRecovery}. */
    public Builder impatientRecovery(boolean value) {
      impatientRecovery = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#slowStartAfterIdle}. */
    public Builder slowStartAfterIdle(boolean value) {
      slowStartAfterIdle = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#reduceFlight}. */
    public Builder reduceFlight(boolean value) {
      reduceFlight = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#byteCountingLimit}. */
    public Builder byteCountingLimit(int value) {
      byteCountingLimit = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#timeWaitReuseMode}. */
    public Builder timeWaitReuseMode(TimeWaitReuse value) {
      timeWaitReuseMode = value;
      return this;
    }

    /** Sets {@link TcpConfiguration#maxTimeWait}. */
    public Builder maxTimeWait(int value) {
      maxTimeWait = value;
      return this;
    }

    /** The configuration with these values. */
    public TcpConfiguration build() {
      return new TcpConfiguration(new Builder(this));
    }
  }
}
