// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.PacketPrinter;

/** Prints what crosses the wire, and writes what the hosts send to a capture. */
final class Replay implements WireObserver {
  private final @Nullable PrintWriter out;
  private final @Nullable Pcap capture;
  private long began = -1;

  /**
   * An observer.
   *
   * @param out where to print, or null
   * @param capture where to write, or null: what was sent, before the wire did anything to it
   */
  Replay(@Nullable PrintWriter out, @Nullable Pcap capture) {
    this.out = out;
    this.capture = capture;
  }

  @Override
  public void sent(long time, boolean fromClient, byte[] datagram) {
    write(time, datagram);
    print(time, fromClient ? "client >" : "server >", datagram);
  }

  @Override
  public void destroyed(long time, boolean fromClient, byte[] datagram, Fate fate) {
    String name = fate.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    print(time, "    " + name + ":", datagram);
  }

  @Override
  public void delivered(long time, boolean fromClient, byte[] datagram) {
    print(time, fromClient ? "         > server" : "         > client", datagram);
  }

  @Override
  public void reported(long time, boolean toClient, byte[] error) {
    write(time, error);
    print(time, "router >", error);
  }

  private void write(long time, byte[] datagram) {
    if (capture != null) {
      try {
        capture.write(time, datagram);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void print(long time, String what, byte[] datagram) {
    if (out != null) {
      began = began < 0 ? time : began;
      out.printf(
          Locale.ROOT, "%12.6f %s %s%n", (time - began) / 1e9, what, PacketPrinter.print(datagram));
    }
  }
}
