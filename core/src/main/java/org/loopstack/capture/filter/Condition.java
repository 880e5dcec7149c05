// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import org.loopstack.link.LinkTap;

/** What is true or false of a packet. */
sealed interface Condition {
  /** Whether it is true. Of what comes first no more is asked than is needed. */
  boolean test(Subject subject);

  /** Both. */
  record And(Condition left, Condition right) implements Condition {
    @Override
    public boolean test(Subject subject) {
      return left.test(subject) && right.test(subject);
    }
  }

  /** Either. */
  record Or(Condition left, Condition right) implements Condition {
    @Override
    public boolean test(Subject subject) {
      return left.test(subject) || right.test(subject);
    }
  }

  /** The contrary. */
  record Not(Condition condition) implements Condition {
    @Override
    public boolean test(Subject subject) {
      return !condition.test(subject);
    }
  }

  /** It is an IP datagram of that version. */
  record Family(int version) implements Condition {
    @Override
    public boolean test(Subject subject) {
      return subject.isFamily(version);
    }
  }

  /** It passed that way. */
  record Way(LinkTap.Direction direction) implements Condition {
    @Override
    public boolean test(Subject subject) {
      return subject.isDirection(direction);
    }
  }

  /** Two values compare so. */
  record Relation(Comparison comparison, Value left, Value right) implements Condition {
    @Override
    public boolean test(Subject subject) {
      int order = Integer.compareUnsigned(left.of(subject), right.of(subject));
      return switch (comparison) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case AT_MOST -> order <= 0;
        case GREATER -> order > 0;
        case AT_LEAST -> order >= 0;
      };
    }
  }

  /** How two values compare. */
  enum Comparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST
  }

  default Condition and(Condition other) {
    return new And(this, other);
  }

  default Condition or(Condition other) {
    return new Or(this, other);
  }
}
