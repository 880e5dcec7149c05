// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** What a retransmission timeout leaves above the smoothed round-trip time (RFC 6298). */
public enum RtoRule {
  /**
   * RFC 6298 to the letter: "RTO &lt;- SRTT + max (G, K*RTTVAR)", and the least timeout bounds the
   * sum (2.4).
   */
  SMOOTHED {
    @Override
    RttVariation variation(long minRto) {
      return new SmoothedVariation();
    }
  },

  /**
   * Linux (tcp_rtt_estimator in net/ipv4/tcp_input.c): the largest variation of a window of data
   * counts, it shrinks slowly, and the least timeout bounds it instead of the sum.
   */
  LARGEST_OF_A_WINDOW {
    @Override
    RttVariation variation(long minRto) {
      return new LargestVariation(minRto);
    }
  };

  abstract RttVariation variation(long minRto);
}
