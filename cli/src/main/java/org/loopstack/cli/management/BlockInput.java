// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stream of what comes block by block. For one thread. */
public final class BlockInput extends InputStream {
  /** Where the blocks come from. */
  @FunctionalInterface
  public interface Source {
    /** Waits for the next, which is not empty; null at the end, again and again. */
    byte @Nullable [] next() throws IOException;
  }

  private static final byte[] NOTHING = {};

  private final Source source;
  private byte[] current = NOTHING;
  private int at;

  /** Asks for nothing before somebody reads. */
  public BlockInput(Source source) {
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    return fill() ? current[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, current.length - at);
    System.arraycopy(current, at, target, offset, n);
    at += n;
    return n;
  }

  @Override
  public int available() {
    return current.length - at;
  }

  private boolean fill() throws IOException {
    if (at < current.length) {
      return true;
    }
    byte[] next = source.next();
    current = next == null ? NOTHING : next;
    at = 0;
    return next != null;
  }
}
