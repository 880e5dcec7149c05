// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import static org.loopstack.bench.ThreadKind.PLATFORM;
import static org.loopstack.bench.ThreadKind.VIRTUAL;

import java.util.List;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Row;

/** All rows with their bars, in the order in which they are measured and printed. */
public final class Rows {
  private static final int KIB = 1024;

  private Rows() {}

  /** All rows. */
  public static List<Row> all() {
    return List.of(
        new RoundTrip(PLATFORM, new Bar.AtLeast(1)),
        new RoundTrip(VIRTUAL, new Bar.AtLeast(6)),
        new PinnedRoundTrip(new Bar.AtLeast(5)),
        RoundTrip.polling(new Bar.AtLeast(40)),
        new SelectorRoundTrip(new Bar.AtLeast(6)),
        Bulk.single(PLATFORM, 4 * KIB, new Bar.AtLeast(3)),
        Bulk.single(PLATFORM, 64 * KIB, new Bar.AtLeast(1.5)),
        Bulk.single(PLATFORM, 256 * KIB, new Bar.AtLeast(1.5)),
        Bulk.single(VIRTUAL, 4 * KIB, new Bar.AtLeast(3)),
        Bulk.single(VIRTUAL, 64 * KIB, new Bar.AtLeast(1.5)),
        Bulk.single(VIRTUAL, 256 * KIB, new Bar.AtLeast(1.5)),
        Bulk.parallel(PLATFORM, 16, 64 * KIB, new Bar.AtLeast(1.5)),
        new UdpExchange(new Bar.AtLeast(7)),
        new ConnectAcceptClose(new Bar.AtLeast(8)),
        new HttpRequests(VIRTUAL, new Bar.AtLeast(1.5)),
        new HttpRequests(PLATFORM, new Bar.AtLeast(1.5)),
        new IdleMemory(new Bar.AtMost(2 * KIB)),
        FirstStack.cached(new Bar.AtMost(2)),
        FirstStack.cold(new Bar.None()),
        new CreateStack());
  }
}
