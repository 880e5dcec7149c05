// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;

/** A TCP option, values in host order. */
sealed interface TcpOption {
  record Nop() implements TcpOption {}

  record End() implements TcpOption {}

  record Mss(int bytes) implements TcpOption {}

  record WindowScale(int shift) implements TcpOption {}

  record SackPermitted() implements TcpOption {}

  /** An edge to edge range of sequence numbers. */
  record Block(long left, long right) {}

  record Sack(List<Block> blocks) implements TcpOption {}

  record Timestamps(long value, long echo) implements TcpOption {}

  /** A cookie in hexadecimal, empty to ask for one; in the option of RFC 7413 or the older one. */
  record FastOpen(String cookie, boolean experimental) implements TcpOption {}

  /**
   * Bytes in hexadecimal as they are to stand among the options, whatever they mean: to send what
   * is malformed. What was received is never read as this.
   */
  record Raw(String bytes) implements TcpOption {}

  /** Any other option: its contents in hexadecimal. */
  record Other(int kind, String contents) implements TcpOption {}
}
