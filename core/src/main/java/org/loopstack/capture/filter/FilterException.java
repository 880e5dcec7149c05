// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

/** A filter that cannot be understood, with the place in it. */
public final class FilterException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** Where the bad word begins. */
  private final int position;

  FilterException(String filter, int position, String word, String problem) {
    super(
        "filter \""
            + filter
            + "\", "
            + (word.isEmpty() ? "at the end" : "character " + (position + 1) + ", \"" + word + '"')
            + ": "
            + problem);
    this.position = position;
  }

  /** Where the bad word begins, from 0 on; the filter's length if something is missing there. */
  public int position() {
    return position;
  }
}
