// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceNumberTest {
  private static final long CIRCLE = 1L << 32;

  /** Numbers near 0 = 2^32 and near 2^31, where a naive comparison turns round, and anywhere. */
  @Provide
  Arbitrary<Integer> numbers() {
    Arbitrary<Integer> near = Arbitraries.integers().between(-5, 5);
    return Arbitraries.oneOf(near, near.map(n -> Integer.MIN_VALUE + n), Arbitraries.integers());
  }

  @Property
  void aNumberIsBeforeWhatIsLessThanHalfTheCircleOn(
      @ForAll("numbers") int a, @ForAll @LongRange(min = 1, max = (1L << 31) - 1) long steps) {
    int b = (int) (a + steps);

    assertThat(SequenceNumber.lt(a, b)).isTrue();
    assertThat(SequenceNumber.le(a, b)).isTrue();
    assertThat(SequenceNumber.gt(b, a)).isTrue();
    assertThat(SequenceNumber.ge(b, a)).isTrue();
    assertThat(SequenceNumber.lt(b, a)).isFalse();
    assertThat(SequenceNumber.le(b, a)).isFalse();
    assertThat(SequenceNumber.gt(a, b)).isFalse();
    assertThat(SequenceNumber.ge(a, b)).isFalse();
    assertThat(SequenceNumber.max(a, b)).isEqualTo(b);
    assertThat(SequenceNumber.max(b, a)).isEqualTo(b);
    assertThat(SequenceNumber.min(a, b)).isEqualTo(a);
    assertThat(SequenceNumber.min(b, a)).isEqualTo(a);
    assertThat(SequenceNumber.diff(b, a)).isEqualTo((int) steps);
    assertThat(SequenceNumber.add(a, (int) steps)).isEqualTo(b);
    assertThat(SequenceNumber.add(b, (int) -steps)).isEqualTo(a);
  }

  @Property
  void aNumberIsNeitherBeforeNorAfterItself(@ForAll("numbers") int a) {
    assertThat(SequenceNumber.lt(a, a)).isFalse();
    assertThat(SequenceNumber.gt(a, a)).isFalse();
    assertThat(SequenceNumber.le(a, a)).isTrue();
    assertThat(SequenceNumber.ge(a, a)).isTrue();
    assertThat(SequenceNumber.diff(a, a)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 12345})
  void halfTheCircleApartEachIsBeforeTheOther(int a) {
    int b = a + Integer.MIN_VALUE;

    assertThat(SequenceNumber.lt(a, b)).isTrue();
    assertThat(SequenceNumber.lt(b, a)).isTrue();
    assertThat(SequenceNumber.gt(a, b)).isTrue();
    assertThat(SequenceNumber.diff(a, b)).isEqualTo(Integer.MIN_VALUE);
    assertThat(SequenceNumber.max(a, b)).isEqualTo(a);
    assertThat(SequenceNumber.min(a, b)).isEqualTo(a);
  }

  @Property
  void aWindowOfAnySizeIsRightAllRoundTheCircle(
      @ForAll("numbers") int left, @ForAll("numbers") int size, @ForAll("numbers") int x) {
    long distance = Math.floorMod((long) x - left, CIRCLE);
    long unsignedSize = Integer.toUnsignedLong(size);

    assertThat(SequenceNumber.inWindow(x, left, size)).isEqualTo(distance < unsignedSize);
    assertThat(SequenceNumber.between(left, x, left + size)).isEqualTo(distance <= unsignedSize);
  }

  @Test
  void aWindowOverTheEndOfTheCircleHoldsWhatIsInIt() {
    assertThat(SequenceNumber.inWindow(-1, -1, 2)).isTrue();
    assertThat(SequenceNumber.inWindow(0, -1, 2)).isTrue();
    assertThat(SequenceNumber.inWindow(1, -1, 2)).isFalse();
    assertThat(SequenceNumber.inWindow(-2, -1, 2)).isFalse();
    assertThat(SequenceNumber.inWindow(5, 5, 0)).isFalse();
  }

  @Test
  void aNumberIsPrintedUnsigned() {
    assertThat(SequenceNumber.toString(-1)).isEqualTo("4294967295");
  }
}
