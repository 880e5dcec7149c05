// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * What TCP counts for the whole stack, by the names of RFC 4022 and of Linux's extension of it, as
 * {@code nstat} prints them. Only what is rare is counted where it happens; what every segment
 * counts is a connection's own and is added up by {@link TcpStatistics}.
 */
enum TcpCounter {
  // RFC 4022
  ACTIVE_OPENS("TcpActiveOpens"),
  PASSIVE_OPENS("TcpPassiveOpens"),
  ATTEMPT_FAILS("TcpAttemptFails"),
  ESTAB_RESETS("TcpEstabResets"),

  /** "The total number of segments received, including those received in error." */
  IN_SEGS("TcpInSegs"),

  /** "... excluding those containing only retransmitted octets." */
  OUT_SEGS("TcpOutSegs"),
  RETRANS_SEGS("TcpRetransSegs"),
  OUT_RSTS("TcpOutRsts"),

  // Listening
  SYN_COOKIES_SENT("TcpExtSyncookiesSent"),
  SYN_COOKIES_RECEIVED("TcpExtSyncookiesRecv"),
  SYN_COOKIES_FAILED("TcpExtSyncookiesFailed"),
  EMBRYONIC_RSTS("TcpExtEmbryonicRsts"),
  LISTEN_OVERFLOWS("TcpExtListenOverflows"),
  LISTEN_DROPS("TcpExtListenDrops"),
  REQUEST_QUEUE_FULL_DO_COOKIES("TcpExtTCPReqQFullDoCookies"),
  REQUEST_QUEUE_FULL_DROP("TcpExtTCPReqQFullDrop"),
  DEFER_ACCEPT_DROP("TcpExtTCPDeferAcceptDrop"),

  // Fast Open
  FAST_OPEN_ACTIVE("TcpExtTCPFastOpenActive"),
  FAST_OPEN_ACTIVE_FAIL("TcpExtTCPFastOpenActiveFail"),
  FAST_OPEN_PASSIVE("TcpExtTCPFastOpenPassive"),
  FAST_OPEN_PASSIVE_FAIL("TcpExtTCPFastOpenPassiveFail"),
  FAST_OPEN_LISTEN_OVERFLOW("TcpExtTCPFastOpenListenOverflow"),
  FAST_OPEN_COOKIE_REQUIRED("TcpExtTCPFastOpenCookieReqd"),

  // TIME-WAIT
  TIME_WAITED("TcpExtTW"),
  TIME_WAIT_RECYCLED("TcpExtTWRecycled"),
  TIME_WAIT_OVERFLOW("TcpExtTCPTimeWaitOverflow"),

  // Acknowledging
  DELAYED_ACKS("TcpExtDelayedACKs"),
  DELAYED_ACK_LOST("TcpExtDelayedACKLost"),
  CHALLENGE_ACK("TcpExtTCPChallengeACK"),
  SYN_CHALLENGE("TcpExtTCPSYNChallenge"),
  ACK_SKIPPED_PAWS("TcpExtTCPACKSkippedPAWS"),
  ACK_SKIPPED_SEQUENCE("TcpExtTCPACKSkippedSeq"),
  ACK_SKIPPED_CHALLENGE("TcpExtTCPACKSkippedChallenge"),
  ACK_SKIPPED_SYN_RECEIVED("TcpExtTCPACKSkippedSynRecv"),

  // Sending again
  SYN_RETRANS("TcpExtTCPSynRetrans"),
  FAST_RETRANS("TcpExtTCPFastRetrans"),
  SLOW_START_RETRANS("TcpExtTCPSlowStartRetrans"),
  LOST_RETRANSMIT("TcpExtTCPLostRetransmit"),
  TIMEOUTS("TcpExtTCPTimeouts"),
  LOSS_PROBES("TcpExtTCPLossProbes"),
  LOSS_PROBE_RECOVERY("TcpExtTCPLossProbeRecovery"),
  SPURIOUS_RTOS("TcpExtTCPSpuriousRTOs"),
  RENO_RECOVERY("TcpExtTCPRenoRecovery"),
  SACK_RECOVERY("TcpExtTCPSackRecovery"),
  RENO_FAILURES("TcpExtTCPRenoFailures"),
  SACK_FAILURES("TcpExtTCPSackFailures"),
  LOSS_FAILURES("TcpExtTCPLossFailures"),
  RENO_RECOVERY_FAIL("TcpExtTCPRenoRecoveryFail"),
  SACK_RECOVERY_FAIL("TcpExtTCPSackRecoveryFail"),
  SACK_RENEGING("TcpExtTCPSACKReneging"),
  FULL_UNDO("TcpExtTCPFullUndo"),
  PARTIAL_UNDO("TcpExtTCPPartialUndo"),
  DSACK_UNDO("TcpExtTCPDSACKUndo"),
  LOSS_UNDO("TcpExtTCPLossUndo"),
  DSACK_RECEIVED("TcpExtTCPDSACKRecv"),
  DSACK_OUT_OF_ORDER_RECEIVED("TcpExtTCPDSACKOfoRecv"),
  DSACK_OLD_SENT("TcpExtTCPDSACKOldSent"),
  DSACK_OUT_OF_ORDER_SENT("TcpExtTCPDSACKOfoSent"),
  MTU_PROBE_SUCCESS("TcpExtTCPMTUPSuccess"),
  MTU_PROBE_FAIL("TcpExtTCPMTUPFail"),

  // Windows and queues
  FROM_ZERO_WINDOW("TcpExtTCPFromZeroWindowAdv"),
  TO_ZERO_WINDOW("TcpExtTCPToZeroWindowAdv"),
  ZERO_WINDOW_DROP("TcpExtTCPZeroWindowDrop"),
  WINDOW_PROBE("TcpExtTCPWinProbe"),
  KEEP_ALIVE("TcpExtTCPKeepAlive"),
  OUT_OF_ORDER_QUEUE("TcpExtTCPOFOQueue"),

  // What was sent and has arrived
  ORIGINAL_DATA_SENT("TcpExtTCPOrigDataSent"),
  DELIVERED("TcpExtTCPDelivered"),

  // The end
  ABORT_ON_DATA("TcpExtTCPAbortOnData"),
  ABORT_ON_CLOSE("TcpExtTCPAbortOnClose"),
  ABORT_ON_TIMEOUT("TcpExtTCPAbortOnTimeout");

  private final String nstat;

  TcpCounter(String nstat) {
    this.nstat = nstat;
  }

  /** The name that {@code nstat} prints. */
  String nstat() {
    return nstat;
  }
}
