// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

/** A seed has shown something that must not be; the message says what. */
final class SoakFailure extends RuntimeException {
  SoakFailure(String message) {
    super(message);
  }
}
