// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a call that moves data is asked.
 *
 * @param sizes of its buffers
 * @param text what to send, or null for the pattern of {@link Payload}
 * @param flags its own argument
 * @param peer three dots if it names none
 * @param control what the script expects as msg_control, or null if it says nothing
 * @param resultFlags what it expects as msg_flags, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares requests.
record TransferRequest(
    int[] sizes,
    byte @Nullable [] text,
    Expression flags,
    Expression peer,
    @Nullable Expression control,
    @Nullable Expression resultFlags) {
  private static final Set<String> KNOWN_FLAGS =
      Set.of(
          "MSG_DONTWAIT",
          "MSG_NOSIGNAL",
          "MSG_OOB",
          "MSG_WAITALL",
          "MSG_TRUNC",
          "MSG_ERRQUEUE",
          "MSG_FASTOPEN",
          "MSG_ZEROCOPY");
  private static final int MAX = 1 << 26;

  static TransferRequest of(CallSpec call, Position at) {
    Expression none = new Expression.Number(0);
    Expression any = new Expression.Anything();
    Expression data = SystemCalls.argument(call, 1, at);
    TransferRequest request =
        switch (call.name()) {
          case "readv", "writev" ->
              new TransferRequest(Expressions.sizes(data, at), null, none, any, null, null);
          case "recvmsg", "sendmsg" -> message(data, SystemCalls.argument(call, 2, at), at);
          default -> {
            long size = Symbols.number(SystemCalls.argument(call, 2, at), at);
            List<Expression> a = call.arguments();
            yield new TransferRequest(
                new int[] {Math.clamp(size, 0, MAX)},
                data instanceof Expression.Text(String s)
                    ? s.getBytes(StandardCharsets.ISO_8859_1)
                    : null,
                a.size() > 3 ? a.get(3) : none,
                a.size() > 4 ? a.get(4) : any,
                null,
                null);
          }
        };
    checkFlags(request.flags, at);
    return request;
  }

  private static TransferRequest message(Expression data, Expression flags, Position at) {
    if (!(data instanceof Expression.Struct header)) {
      throw ScriptException.failed(at, "a message is {msg_name(...)=..., msg_iov(N)=[...], ...}");
    }
    return new TransferRequest(
        Expressions.sizes(Expressions.field(header, "msg_iov", at), at),
        null,
        flags,
        new Expression.Anything(),
        header.field("msg_control"),
        header.field("msg_flags"));
  }

  private static void checkFlags(Expression flags, Position at) {
    switch (flags) {
      case Expression.Or(Expression left, Expression right) -> {
        checkFlags(left, at);
        checkFlags(right, at);
      }
      case Expression.Name(String name) -> {
        if (!KNOWN_FLAGS.contains(name)) {
          throw ScriptException.unsupported(at, "flag " + name + " is not supported");
        }
      }
      default -> {
        if (Symbols.number(flags, at) != 0) {
          throw ScriptException.unsupported(at, "flags without names are not supported");
        }
      }
    }
  }

  boolean has(String flag) {
    return Expressions.has(flags, flag);
  }

  int total() {
    int sum = 0;
    for (int each : sizes) {
      sum += each;
    }
    return sum;
  }
}
