// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

/** What has a value: 32 bits without sign, as in BPF. */
sealed interface Value {
  /** The value for a packet. */
  int of(Subject subject);

  /** A number. */
  record Constant(int value) implements Value {
    @Override
    public int of(Subject subject) {
      return value;
    }
  }

  /** The packet's length. */
  record Length() implements Value {
    @Override
    public int of(Subject subject) {
      return subject.originalLength();
    }
  }

  /** From where an offset counts. */
  enum Base {
    /** The IP header. */
    NETWORK,
    /** What follows an IPv4 header, options and all. */
    BEHIND_IPV4,
    /** What follows an IPv6 header without extension headers. */
    BEHIND_IPV6
  }

  /** One, two or four bytes of the packet. */
  record Load(Base base, Value index, int size) implements Value {
    static Load of(Base base, int index, int size) {
      return new Load(base, new Constant(index), size);
    }

    @Override
    public int of(Subject subject) {
      int network = subject.network();
      int from =
          switch (base) {
            case NETWORK -> network;
            case BEHIND_IPV4 -> network + 4 * (subject.load(network, 1) & 0xf);
            case BEHIND_IPV6 -> network + 40;
          };
      return subject.load(from + index.of(subject), size);
    }
  }

  /** Two values made one. */
  record Operation(Operator operator, Value left, Value right) implements Value {
    @Override
    public int of(Subject subject) {
      int a = left.of(subject);
      int b = right.of(subject);
      return switch (operator) {
        case OR -> a | b;
        case AND -> a & b;
        case XOR -> a ^ b;
        case SHIFT_LEFT -> Integer.compareUnsigned(b, 32) < 0 ? a << b : 0;
        case SHIFT_RIGHT -> Integer.compareUnsigned(b, 32) < 0 ? a >>> b : 0;
        case PLUS -> a + b;
        case MINUS -> a - b;
        case TIMES -> a * b;
        case DIVIDE -> b == 0 ? subject.giveUp() : Integer.divideUnsigned(a, b);
        case MODULO -> b == 0 ? subject.giveUp() : Integer.remainderUnsigned(a, b);
      };
    }
  }

  /** What makes one value of two. */
  enum Operator {
    OR,
    AND,
    XOR,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    PLUS,
    MINUS,
    TIMES,
    DIVIDE,
    MODULO
  }
}
