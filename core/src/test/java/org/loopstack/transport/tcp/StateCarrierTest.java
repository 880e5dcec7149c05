// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StateCarrierTest {
  private enum Colour {
    RED,
    GREEN
  }

  private final StateCarrier in = new StateCarrier();

  private StateCarrier out() {
    return new StateCarrier(in.bytes(), in.objects());
  }

  @Property
  void numbersComeOutAsTheyWentIn(
      @ForAll int[] ints, @ForAll long[] longs, @ForAll double[] doubles, @ForAll boolean[] flags) {
    StateCarrier packing = new StateCarrier();
    int most = 20;
    for (int i = 0; i < most; i++) {
      packing.carry(at(ints, i));
      packing.carrySent(at(ints, i));
      packing.carryReceived(at(ints, i));
      packing.carry(at(longs, i));
      packing.carryTime(at(longs, i));
      packing.carry(doubles.length == 0 ? 0 : doubles[i % doubles.length]);
      packing.carry(flags.length != 0 && flags[i % flags.length]);
    }
    StateCarrier unpacking = new StateCarrier(packing.bytes(), packing.objects());
    for (int i = 0; i < most; i++) {
      assertThat(unpacking.carry(0)).isEqualTo(at(ints, i));
      assertThat(unpacking.carrySent(0)).isEqualTo(at(ints, i));
      assertThat(unpacking.carryReceived(0)).isEqualTo(at(ints, i));
      assertThat(unpacking.carry(0L)).isEqualTo(at(longs, i));
      assertThat(unpacking.carryTime(0L)).isEqualTo(at(longs, i));
      assertThat(Double.doubleToRawLongBits(unpacking.carry(0.0)))
          .isEqualTo(
              Double.doubleToRawLongBits(doubles.length == 0 ? 0 : doubles[i % doubles.length]));
      assertThat(unpacking.carry(false)).isEqualTo(flags.length != 0 && flags[i % flags.length]);
    }
  }

  private static int at(int[] values, int i) {
    return values.length == 0 ? 0 : values[i % values.length];
  }

  private static long at(long[] values, int i) {
    return values.length == 0 ? 0 : values[i % values.length];
  }

  @Test
  void theLimitsOfNumbersComeOutAsTheyWentIn() {
    long[] limits = {
      Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE / 2, -1, 0, 1, 127, 128, -128, -129
    };
    for (long limit : limits) {
      assertThat(in.carry(limit)).isEqualTo(limit);
      assertThat(in.carryTime(limit)).isEqualTo(limit);
      assertThat(in.carry((int) limit)).isEqualTo((int) limit);
      assertThat(in.carrySent((int) limit)).isEqualTo((int) limit);
    }
    StateCarrier out = out();
    for (long limit : limits) {
      assertThat(out.carry(0L)).isEqualTo(limit);
      assertThat(out.carryTime(0L)).isEqualTo(limit);
      assertThat(out.carry(0)).isEqualTo((int) limit);
      assertThat(out.carrySent(0)).isEqualTo((int) limit);
    }
  }

  @Test
  void sequenceNumbersAndMomentsNearOneAnotherTakeAByteOrNone() {
    int number = new Random(1).nextInt();
    in.carrySent(number);
    in.carryTime(1_000_000_000_000_000L);
    int before = in.bytes().length;
    for (int i = 0; i < 20; i++) {
      in.carrySent(number);
      in.carryTime(1_000_000_000_000_000L);
    }
    assertThat(in.bytes().length - before).isEqualTo(10);
  }

  @Test
  void objectsComeOutAsThemselves() {
    Object thing = new Object();
    Object none = in.carryObject(null);
    assertThat(none).isNull();
    assertThat(in.carryObject(thing)).isSameAs(thing);
    in.carry(Colour.GREEN, Colour.values());
    StateCarrier out = out();
    assertThat(out.carryObject(thing)).isNull();
    Object again = out.carryObject(null);
    assertThat(again).isSameAs(thing);
    assertThat(out.carry(Colour.RED, Colour.values())).isEqualTo(Colour.GREEN);
  }
}
