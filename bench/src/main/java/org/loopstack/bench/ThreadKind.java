// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/** Which threads do the work. */
public enum ThreadKind {
  /** Threads of the operating system. */
  PLATFORM("platform threads"),
  /** Virtual threads. */
  VIRTUAL("virtual threads");

  private final String text;

  ThreadKind(String text) {
    this.text = text;
  }

  /** As it stands in the name of a row. */
  public String text() {
    return text;
  }

  /** A started daemon thread of that kind. */
  public Thread start(String name, Runnable work) {
    return switch (this) {
      case PLATFORM -> Thread.ofPlatform().daemon().name(name).start(work);
      case VIRTUAL -> Thread.ofVirtual().name(name).start(work);
    };
  }
}
