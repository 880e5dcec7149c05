// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;

/** Bytes are no capture, or one that ends too early; the message says where and why. */
public final class CaptureFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  CaptureFormatException(String message) {
    super(message);
  }
}
