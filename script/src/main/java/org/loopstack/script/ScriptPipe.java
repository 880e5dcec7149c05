// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.ByteArrayOutputStream;

/**
 * One end of a pipe.
 *
 * @param bytes what both ends share
 */
record ScriptPipe(ByteArrayOutputStream bytes) implements Descriptor {
  /** As large as Linux makes a pipe (pipe(7)). */
  static final int CAPACITY = 65_536;

  int room() {
    return CAPACITY - bytes.size();
  }

  /** Takes up to so many bytes out. */
  byte[] take(int most) {
    byte[] all = bytes.toByteArray();
    int length = Math.clamp(most, 0, all.length);
    bytes.reset();
    bytes.write(all, length, all.length - length);
    return java.util.Arrays.copyOf(all, length);
  }
}
