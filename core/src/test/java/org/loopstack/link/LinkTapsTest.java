// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Packet;

class LinkTapsTest {
  private final LinkTaps taps = new LinkTaps();
  private final List<String> seen = new ArrayList<>();

  @Test
  void showADatagramToEachTapInTheOrderInWhichTheyWereAdded() {
    taps.add((direction, packet) -> seen.add("first " + direction));
    taps.add((direction, packet) -> seen.add("second " + direction));

    taps.pass(LinkTap.Direction.OUT, Packet.allocate(0, 0));

    assertThat(seen).containsExactly("first OUT", "second OUT");
  }

  @Test
  void showNothingToATapThatWasRemoved() {
    LinkTap tap = (direction, packet) -> seen.add("seen");
    taps.add(tap);

    assertThat(taps.remove(tap)).isTrue();
    assertThat(taps.remove(tap)).isFalse();
    taps.pass(LinkTap.Direction.IN, Packet.allocate(0, 0));

    assertThat(seen).isEmpty();
  }

  @Test
  void aTapMayRemoveItselfWhileItLooks() {
    LinkTap[] self = new LinkTap[1];
    self[0] =
        (direction, packet) -> {
          seen.add("once");
          taps.remove(self[0]);
        };
    taps.add(self[0]);

    taps.pass(LinkTap.Direction.IN, Packet.allocate(0, 0));
    taps.pass(LinkTap.Direction.IN, Packet.allocate(0, 0));

    assertThat(seen).containsExactly("once");
  }
}
