// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/** What a row's figures are, and which way is better. */
public enum Unit {
  /** Microseconds for one operation. */
  MICROSECONDS("us", false),
  /** Nanoseconds for one operation. */
  NANOSECONDS("ns", false),
  /** Milliseconds for one operation. */
  MILLISECONDS("ms", false),
  /** Gigabytes, of 10^9 bytes, per second. */
  GIGABYTES_PER_SECOND("GB/s", true),
  /** Operations per second. */
  PER_SECOND("1/s", true),
  /** Bytes of memory. */
  BYTES("B", false);

  private final String text;
  private final boolean moreIsBetter;

  Unit(String text, boolean moreIsBetter) {
    this.text = text;
    this.moreIsBetter = moreIsBetter;
  }

  /** As it is printed. */
  public String text() {
    return text;
  }

  /** How many times better ours is than the kernel's: above 1 if ours is better. */
  public double ratio(double kernel, double ours) {
    return moreIsBetter ? ours / kernel : kernel / ours;
  }
}
