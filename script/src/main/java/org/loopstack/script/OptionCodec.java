// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.loopstack.wire.TcpOptions;

/** TCP options to bytes and back, one by one and in order, unlike {@link TcpOptions}. */
final class OptionCodec {
  private static final int MD5 = 19;
  private static final int EXPERIMENTAL = 254;
  private static final int FAST_OPEN_MAGIC = 0xf989;

  private OptionCodec() {}

  /** The bytes of the options, as they stand: whoever wants padding writes it. */
  static byte[] encode(List<TcpOption> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (TcpOption each : options) {
      switch (each) {
        case TcpOption.Nop() -> out.write(TcpOptions.NOP);
        case TcpOption.End() -> out.write(TcpOptions.END);
        case TcpOption.Mss(int bytes) -> write(out, TcpOptions.MSS, bytes, 2);
        case TcpOption.WindowScale(int shift) -> write(out, TcpOptions.WINDOW_SCALE, shift, 1);
        case TcpOption.SackPermitted() -> write(out, TcpOptions.SACK_PERMITTED, 0, 0);
        case TcpOption.Timestamps(long value, long echo) ->
            write(out, TcpOptions.TIMESTAMPS, value << 32 | echo & 0xffff_ffffL, 8);
        case TcpOption.Sack(List<TcpOption.Block> blocks) -> {
          out.write(TcpOptions.SACK);
          out.write(2 + 8 * blocks.size());
          for (TcpOption.Block block : blocks) {
            bytes(out, block.left(), 4);
            bytes(out, block.right(), 4);
          }
        }
        case TcpOption.FastOpen(String cookie, boolean experimental) -> {
          out.write(experimental ? EXPERIMENTAL : TcpOptions.FAST_OPEN);
          out.write((experimental ? 4 : 2) + cookie.length() / 2);
          bytes(out, FAST_OPEN_MAGIC, experimental ? 2 : 0);
          out.writeBytes(HexFormat.of().parseHex(cookie));
        }
        case TcpOption.Raw(String bytes) -> out.writeBytes(HexFormat.of().parseHex(bytes));
        case TcpOption.Other(int kind, String contents) -> {
          out.write(kind);
          out.write(2 + contents.length() / 2);
          out.writeBytes(HexFormat.of().parseHex(contents));
        }
      }
    }
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, int kind, long value, int length) {
    out.write(kind);
    out.write(2 + length);
    bytes(out, value, length);
  }

  private static void bytes(ByteArrayOutputStream out, long value, int length) {
    for (int i = length - 1; i >= 0; i--) {
      out.write((int) (value >>> 8 * i));
    }
  }

  /** The options in {@code at..end-1}, of which nothing is left out; the broken rest is one. */
  static List<TcpOption> decode(byte[] b, int at, int end) {
    List<TcpOption> all = new ArrayList<>();
    for (int p = at; p < end; ) {
      int kind = b[p] & 0xff;
      if (kind == TcpOptions.NOP || kind == TcpOptions.END) {
        all.add(kind == TcpOptions.NOP ? new TcpOption.Nop() : new TcpOption.End());
        p++;
        continue;
      }
      int length = p + 1 < end ? b[p + 1] & 0xff : 0;
      if (length < 2 || p + length > end) {
        all.add(new TcpOption.Other(kind, hex(b, p + 1, end)));
        break;
      }
      all.add(decodeOne(b, kind, p, length));
      p += length;
    }
    return List.copyOf(all);
  }

  private static TcpOption decodeOne(byte[] b, int kind, int p, int length) {
    if (kind == TcpOptions.MSS && length == 4) {
      return new TcpOption.Mss((int) value(b, p + 2, 2));
    }
    if (kind == TcpOptions.WINDOW_SCALE && length == 3) {
      return new TcpOption.WindowScale((int) value(b, p + 2, 1));
    }
    if (kind == TcpOptions.SACK_PERMITTED && length == 2) {
      return new TcpOption.SackPermitted();
    }
    if (kind == TcpOptions.TIMESTAMPS && length == 10) {
      return new TcpOption.Timestamps(value(b, p + 2, 4), value(b, p + 6, 4));
    }
    if (kind == TcpOptions.SACK && length % 8 == 2) {
      List<TcpOption.Block> blocks = new ArrayList<>();
      for (int i = p + 2; i < p + length; i += 8) {
        blocks.add(new TcpOption.Block(value(b, i, 4), value(b, i + 4, 4)));
      }
      return new TcpOption.Sack(List.copyOf(blocks));
    }
    if (kind == TcpOptions.FAST_OPEN) {
      return new TcpOption.FastOpen(hex(b, p + 2, p + length), false);
    }
    if (kind == EXPERIMENTAL && length >= 4 && value(b, p + 2, 2) == FAST_OPEN_MAGIC) {
      return new TcpOption.FastOpen(hex(b, p + 4, p + length), true);
    }
    return new TcpOption.Other(kind, hex(b, p + 2, p + length));
  }

  private static long value(byte[] b, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | b[at + i] & 0xff;
    }
    return value;
  }

  private static String hex(byte[] b, int from, int to) {
    return HexFormat.of().formatHex(b, from, Math.max(from, to));
  }

  /** As a script writes it. */
  static String text(TcpOption option) {
    return switch (option) {
      case TcpOption.Nop() -> "nop";
      case TcpOption.End() -> "eol";
      case TcpOption.Mss(int bytes) -> "mss " + bytes;
      case TcpOption.WindowScale(int shift) -> "wscale " + shift;
      case TcpOption.SackPermitted() -> "sackOK";
      case TcpOption.Timestamps(long value, long echo) -> "TS val " + value + " ecr " + echo;
      case TcpOption.Sack(List<TcpOption.Block> blocks) -> {
        StringBuilder text = new StringBuilder("sack");
        for (TcpOption.Block each : blocks) {
          text.append(' ').append(each.left()).append(':').append(each.right());
        }
        yield text.toString();
      }
      case TcpOption.FastOpen(String cookie, boolean experimental) ->
          ((experimental ? "FOEXP " : "FO ") + cookie).strip();
      case TcpOption.Raw(String bytes) -> "raw " + bytes;
      case TcpOption.Other(int kind, String contents) ->
          (kind == MD5 ? "md5" : "kind " + kind) + " " + contents;
    };
  }
}
