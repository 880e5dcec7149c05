// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot.Socket;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.SocketMemory;
import org.loopstack.transport.info.SocketTimer;
import org.loopstack.transport.info.TcpInfo;

/** What {@code ss} prints of a socket behind its columns, and all of it in JSON. */
final class SocketDetailsPrinter {
  private static final long MILLISECOND = 1_000_000;

  private SocketDetailsPrinter() {}

  static boolean isIpv6Only(Socket socket) {
    SocketDetails d = socket.details();
    return d != null && d.options().containsKey("IPV6_V6ONLY");
  }

  static String timer(Socket socket) {
    SocketDetails d = socket.details();
    SocketTimer timer = d == null ? null : d.timer();
    return timer == null
        ? ""
        : " timer:("
            + timer.kind().name().toLowerCase(Locale.ROOT)
            + ","
            + time(timer.left() / MILLISECOND)
            + ","
            + timer.count()
            + ")";
  }

  /** As ss shortens it: 119min, 1min4sec, 59sec, 3.250ms (which is seconds), 204ms. */
  static String time(long milliseconds) {
    long millis = milliseconds % 1000;
    long seconds = milliseconds / 1000 % 60;
    long minutes = milliseconds / 60_000;
    StringBuilder text = new StringBuilder();
    if (minutes > 0) {
      millis = 0;
      text.append(minutes).append("min");
      seconds = minutes > 9 ? 0 : seconds;
    }
    if (seconds > 0) {
      millis = seconds > 9 ? 0 : millis;
      text.append(seconds).append(millis > 0 ? "." : "sec");
    }
    if (millis > 0) {
      text.append(String.format(Locale.ROOT, "%03dms", millis));
    }
    return text.toString();
  }

  static String options(Socket socket) {
    SocketDetails d = socket.details();
    if (d == null || d.options().isEmpty()) {
      return "";
    }
    List<String> all = new ArrayList<>();
    d.options().forEach((name, value) -> all.add(value.equals("on") ? name : name + "=" + value));
    return " opts:(" + String.join(",", all) + ")";
  }

  static String memory(Socket socket) {
    SocketDetails d = socket.details();
    if (d == null) {
      return "";
    }
    SocketMemory m = d.memory();
    return String.format(
        Locale.ROOT,
        " skmem:(r%d,rb%d,t%d,tb%d,f0,w%d,o0,bl0,d%d)",
        m.received(),
        m.receiveBuffer(),
        m.sent(),
        m.sendBuffer(),
        m.sent(),
        m.drops());
  }

  static String information(Socket socket) {
    SocketDetails d = socket.details();
    TcpInfo i = d == null ? null : d.tcp();
    if (d == null || i == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    flag(text, "ts", (i.options() & TcpInfo.OPTION_TIMESTAMPS) != 0);
    flag(text, "sack", (i.options() & TcpInfo.OPTION_SACK) != 0);
    flag(text, "ecn", (i.options() & TcpInfo.OPTION_ECN) != 0);
    flag(text, "ecnseen", (i.options() & TcpInfo.OPTION_ECN_SEEN) != 0);
    flag(text, "fastopen", (i.options() & TcpInfo.OPTION_SYN_DATA) != 0);
    if (d.congestion() != null) {
      text.append(' ').append(d.congestion());
    }
    if (!socket.state().equals("LISTEN")) {
      sizes(text, i);
      totals(text, i);
      times(text, i);
      outstanding(text, i);
    }
    return text.toString();
  }

  private static void sizes(StringBuilder text, TcpInfo i) {
    if ((i.options() & TcpInfo.OPTION_WSCALE) != 0) {
      text.append(" wscale:").append(i.sndWscale()).append(',').append(i.rcvWscale());
    }
    if (i.rto() > 0 && i.rto() != 3_000_000) {
      text.append(" rto:").append(millis(i.rto()));
    }
    number(text, "backoff", i.backoff());
    if (i.rtt() > 0) {
      text.append(" rtt:").append(millis(i.rtt())).append('/').append(millis(i.rttvar()));
    }
    if (i.ato() > 0) {
      text.append(" ato:").append(millis(i.ato()));
    }
    number(text, "mss", i.sndMss());
    number(text, "pmtu", i.pmtu());
    number(text, "rcvmss", i.rcvMss());
    number(text, "advmss", i.advmss());
    number(text, "cwnd", i.sndCwnd());
    if (i.sndSsthresh() < 0xffff) {
      number(text, "ssthresh", i.sndSsthresh());
    }
  }

  private static void totals(StringBuilder text, TcpInfo i) {
    number(text, "bytes_sent", i.bytesSent());
    number(text, "bytes_retrans", i.bytesRetrans());
    number(text, "bytes_acked", i.bytesAcked());
    number(text, "bytes_received", i.bytesReceived());
    number(text, "segs_out", i.segsOut());
    number(text, "segs_in", i.segsIn());
    number(text, "data_segs_out", i.dataSegsOut());
    number(text, "data_segs_in", i.dataSegsIn());
    if (i.rtt() > 0) {
      double rate = i.sndCwnd() * (i.sndMss() * 8.0 * 1_000_000.0 / i.rtt());
      text.append(String.format(Locale.ROOT, " send %.0fbps", rate));
    }
  }

  private static void times(StringBuilder text, TcpInfo i) {
    number(text, "lastsnd", i.lastDataSent());
    number(text, "lastrcv", i.lastDataRecv());
    number(text, "lastack", i.lastAckRecv());
    if (i.deliveryRate() > 0) {
      text.append(" delivery_rate ").append(8 * i.deliveryRate()).append("bps");
    }
    number(text, "delivered", i.delivered());
    number(text, "delivered_ce", i.deliveredCe());
    if (i.busyTime() > 0) {
      text.append(" busy:").append(i.busyTime() / 1000).append("ms");
      limited(text, "rwnd_limited", i.rwndLimited(), i.busyTime());
      limited(text, "sndbuf_limited", i.sndbufLimited(), i.busyTime());
    }
  }

  private static void limited(StringBuilder text, String name, long time, long busy) {
    if (time > 0) {
      text.append(
          String.format(Locale.ROOT, " %s:%dms(%.1f%%)", name, time / 1000, 100.0 * time / busy));
    }
  }

  private static void outstanding(StringBuilder text, TcpInfo i) {
    number(text, "unacked", i.unacked());
    if (i.retrans() > 0 || i.totalRetrans() > 0) {
      text.append(" retrans:").append(i.retrans()).append('/').append(i.totalRetrans());
    }
    number(text, "lost", i.lost());
    number(text, "sacked", i.sacked());
    number(text, "dsack_dups", i.dsackDups());
    if (i.reordering() != 3) {
      number(text, "reordering", i.reordering());
    }
    number(text, "reord_seen", i.reordSeen());
    if (i.rcvRtt() > 0) {
      text.append(" rcv_rtt:").append(millis(i.rcvRtt()));
    }
    number(text, "rcv_space", i.rcvSpace());
    number(text, "rcv_ssthresh", i.rcvSsthresh());
    number(text, "notsent", i.notsentBytes());
    if (i.minRtt() > 0 && i.minRtt() != Integer.MAX_VALUE) {
      text.append(" minrtt:").append(millis(i.minRtt()));
    }
    number(text, "rcv_ooopack", i.rcvOoopack());
    number(text, "snd_wnd", i.sndWnd());
    number(text, "rcv_wnd", i.rcvWnd());
  }

  private static void flag(StringBuilder text, String name, boolean on) {
    if (on) {
      text.append(' ').append(name);
    }
  }

  private static void number(StringBuilder text, String name, long value) {
    if (value != 0) {
      text.append(' ').append(name).append(':').append(value);
    }
  }

  /** Milliseconds with six digits at most, as C's %g. */
  static String millis(long micros) {
    return BigDecimal.valueOf(micros, 3)
        .round(new MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }

  // ---- JSON ----

  static String json(List<Socket> sockets) {
    JsonArray all = new JsonArray();
    sockets.forEach(each -> all.add(json(each)));
    return all + "\n";
  }

  private static JsonObject json(Socket s) {
    JsonObject json = new JsonObject();
    json.addProperty("netid", s.protocol());
    json.addProperty("state", s.state());
    json.addProperty("recv_q", s.receiveQueue());
    json.addProperty("send_q", s.sendQueue());
    json.addProperty("local", s.localAddress().toString());
    json.addProperty("sport", s.localPort());
    if (s.remoteAddress() != null) {
      json.addProperty("peer", s.remoteAddress().toString());
      json.addProperty("dport", s.remotePort());
    }
    SocketDetails d = s.details();
    if (d != null) {
      add(json, d);
    }
    return json;
  }

  private static void add(JsonObject json, SocketDetails d) {
    SocketTimer timer = d.timer();
    if (timer != null) {
      JsonObject one = new JsonObject();
      one.addProperty("kind", timer.kind().name().toLowerCase(Locale.ROOT));
      one.addProperty("left_ms", timer.left() / MILLISECOND);
      one.addProperty("count", timer.count());
      json.add("timer", one);
    }
    json.add("skmem", components(d.memory()));
    if (!d.options().isEmpty()) {
      JsonObject options = new JsonObject();
      d.options().forEach(options::addProperty);
      json.add("opts", options);
    }
    if (d.congestion() != null) {
      json.addProperty("congestion", d.congestion());
    }
    TcpInfo tcp = d.tcp();
    if (tcp != null) {
      json.add("tcp_info", components(tcp));
    }
  }

  /** The numbers of a record, by the names of their components in C's manner. */
  private static JsonObject components(Record record) {
    JsonObject json = new JsonObject();
    for (RecordComponent each : record.getClass().getRecordComponents()) {
      String name = each.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      json.addProperty(name, number(each, record));
    }
    return json;
  }

  private static @Nullable Number number(RecordComponent component, Record record) {
    try {
      return (Number) component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
