// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import org.loopstack.transport.tcp.EcnMode;
import org.loopstack.transport.tcp.SynCookieMode;
import org.loopstack.transport.tcp.TcpConfiguration;

/**
 * How one host's TCP is set up.
 *
 * @param profile {@code linux} or {@code freebsd}
 * @param congestion {@code cubic} or {@code reno}
 * @param halfOpen how many half-open connections a listener keeps
 */
public record HostPlan(
    String profile,
    String congestion,
    boolean timestamps,
    boolean windowScaling,
    boolean sack,
    EcnMode ecn,
    SynCookieMode cookies,
    int halfOpen) {

  /** How often anything is tried before it is given up: bad luck must not end a connection. */
  private static final int PATIENCE = 200;

  /** The profile's numbers, but with more patience. */
  public TcpConfiguration configuration() {
    TcpConfiguration base =
        profile.equals("freebsd") ? TcpConfiguration.freebsd() : TcpConfiguration.linux();
    return base.toBuilder()
        .synRetries(PATIENCE)
        .synAckRetries(PATIENCE)
        .dataRetries(PATIENCE)
        .orphanRetries(PATIENCE)
        .connectTimeout(0)
        .resetOnOverflow(false)
        .congestion(congestion)
        .timestamps(timestamps)
        .windowScaling(windowScaling)
        .selectiveAcknowledgment(sack)
        .ecn(ecn)
        .synCookies(cookies)
        .maxHalfOpen(halfOpen)
        .build();
  }

  /** Whether a SYN may be answered without keeping anything. */
  boolean mayForgetSyns() {
    return cookies == SynCookieMode.ALWAYS
        || cookies == SynCookieMode.UNDER_PRESSURE && halfOpen < 100;
  }
}
