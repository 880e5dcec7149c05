// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.tcp.TcpConfiguration;

/**
 * What a script sets with {@code sysctl}, as settings of the TCP configuration. Which setting a
 * variable stands for is a table; the builder's methods are found by name, so that a new one needs
 * a line here and nothing else.
 */
final class Sysctls {
  private static final long PAGE = 4096;

  /** How a variable's value reads. */
  private enum Unit {
    NUMBER(1),
    MICROSECONDS(1_000L),
    MILLISECONDS(1_000_000L),
    SECONDS(1_000_000_000L),
    /** The second of three numbers: minimum, default, maximum. */
    MIDDLE(1),
    /** Three marks, in pages of memory. */
    PAGES(1),
    TEXT(1);

    final long nanos;

    Unit(long nanos) {
      this.nanos = nanos;
    }
  }

  /**
   * A variable that means something to a TCP.
   *
   * @param unit how to read the value
   * @param preset the value that the profile has anyway: no setting is needed for it
   * @param methods the builder's methods that may stand for it, the first that exists is called
   */
  private record Variable(Unit unit, @Nullable String preset, List<String> methods) {}

  private static final Map<String, Variable> LINUX = new HashMap<>();
  private static final Map<String, Variable> FREEBSD = new HashMap<>();

  /** Variables that say how a kernel does what has no counterpart here, or nothing that shows. */
  private static final Set<String> MEANINGLESS =
      Set.of(
          "tcp_pacing_ss_ratio",
          "tcp_pacing_ca_ratio",
          "tcp_tso_win_divisor",
          "tcp_min_tso_segs",
          "tcp_tso_rtt_log",
          "tcp_limit_output_bytes",
          "tcp_comp_sack_nr",
          "tcp_comp_sack_delay_ns",
          "tcp_comp_sack_slack_ns",
          "tcp_no_metrics_save",
          "tcp_fack",
          "tcp_low_latency",
          "tcp_autocorking",
          "hostcache.purgenow",
          "hostcache.purge",
          "hostcache.enable",
          "syncache.rst_on_sock_fail",
          "functions_default");

  static {
    linux("tcp_timestamps", Unit.NUMBER, "1", "timestamps");
    linux("tcp_window_scaling", Unit.NUMBER, "1", "windowScaling");
    linux("tcp_sack", Unit.NUMBER, "1", "selectiveAcknowledgment", "sack");
    linux("tcp_dsack", Unit.NUMBER, "1", "duplicateSack", "dsack");
    linux("tcp_syn_retries", Unit.NUMBER, "6", "synRetries");
    linux("tcp_synack_retries", Unit.NUMBER, "5", "synAckRetries");
    linux("tcp_syn_linear_timeouts", Unit.NUMBER, "4", "synLinearTimeouts");
    linux("tcp_retries2", Unit.NUMBER, "15", "dataRetries");
    linux("tcp_orphan_retries", Unit.NUMBER, "8", "orphanRetries");
    linux("tcp_fin_timeout", Unit.SECONDS, "60", "finTimeout");
    linux("tcp_keepalive_time", Unit.SECONDS, "7200", "keepAliveIdle");
    linux("tcp_keepalive_intvl", Unit.SECONDS, "75", "keepAliveInterval");
    linux("tcp_keepalive_probes", Unit.NUMBER, "9", "keepAliveProbes");
    linux("tcp_mem", Unit.PAGES, null, "memory");
    linux("tcp_wmem", Unit.MIDDLE, null, "sendBuffer");
    linux("tcp_rmem", Unit.MIDDLE, null, "receiveBuffer");
    linux("tcp_invalid_ratelimit", Unit.MILLISECONDS, "500", "challengeAckInterval");
    linux("tcp_rto_min_us", Unit.MICROSECONDS, "200000", "minRto");
    linux("tcp_rto_max_ms", Unit.MILLISECONDS, "120000", "maxRto");
    linux("tcp_ecn", Unit.NUMBER, "2", "ecn", "explicitCongestionNotification");
    linux("tcp_ecn_fallback", Unit.NUMBER, "1", "ecnFallback");
    linux("tcp_congestion_control", Unit.TEXT, "cubic", "congestion", "congestionControl");
    linux("tcp_allowed_congestion_control", Unit.TEXT, null, "allowedCongestionControl");
    linux("tcp_fastopen", Unit.NUMBER, "1", "fastOpen");
    linux("tcp_fastopen_key", Unit.TEXT, null, "fastOpenKey");
    linux("tcp_fastopen_blackhole_timeout_sec", Unit.SECONDS, "0", "fastOpenBlackholeTimeout");
    linux("tcp_syncookies", Unit.NUMBER, "1", "synCookies");
    linux("tcp_frto", Unit.NUMBER, "2", "frto");
    linux("tcp_recovery", Unit.NUMBER, "1", "rack");
    linux("tcp_early_retrans", Unit.NUMBER, "3", "tailLossProbe");
    linux("tcp_reordering", Unit.NUMBER, "3", "reordering");
    linux("tcp_max_reordering", Unit.NUMBER, "300", "maxReordering");
    linux("tcp_slow_start_after_idle", Unit.NUMBER, "1", "slowStartAfterIdle");
    linux("tcp_moderate_rcvbuf", Unit.NUMBER, "1", "autoTuning", "receiveAutoTuning");
    linux("tcp_mtu_probing", Unit.NUMBER, "0", "mtuProbing");
    linux("tcp_base_mss", Unit.NUMBER, "1024", "baseMss");
    linux("tcp_min_snd_mss", Unit.NUMBER, "48", "minSendMss");
    linux("tcp_mtu_probe_floor", Unit.NUMBER, "48", "mtuProbeFloor");
    linux("tcp_probe_threshold", Unit.NUMBER, "8", "mtuProbeThreshold");
    linux("tcp_probe_interval", Unit.SECONDS, "600", "mtuProbeInterval");
    linux("tcp_retries1", Unit.NUMBER, "3", "softRetries");
    linux("tcp_rfc1337", Unit.NUMBER, "0", "robustTimeWait", "rfc1337");
    linux("tcp_tw_reuse", Unit.NUMBER, "2", "timeWaitReuseMode");
    linux("tcp_max_tw_buckets", Unit.NUMBER, "262144", "maxTimeWait");
    linux("tcp_challenge_ack_limit", Unit.NUMBER, "2147483647", "challengeAckLimit");
    linux("tcp_abort_on_overflow", Unit.NUMBER, "0", "abortOnOverflow");
    linux("tcp_thin_linear_timeouts", Unit.NUMBER, "0", "thinLinearTimeouts");
    linux("tcp_adv_win_scale", Unit.NUMBER, "1", "advertisedWindowScale");
    linux("tcp_notsent_lowat", Unit.NUMBER, "4294967295", "notSentLowWater");
    linux("tcp_shrink_window", Unit.NUMBER, "0", "shrinkWindow");
    linux("tcp_backlog_ack_defer", Unit.NUMBER, "1", "backlogAckDefer");
    linux("tcp_stdurg", Unit.NUMBER, "0", "standardUrgent");

    freebsd("rfc1323", Unit.NUMBER, "1", "timestampsAndScaling");
    freebsd("sack.enable", Unit.NUMBER, "1", "selectiveAcknowledgment", "sack");
    freebsd("ecn.enable", Unit.NUMBER, "2", "ecn", "explicitCongestionNotification");
    freebsd("rexmit_initial", Unit.MILLISECONDS, "1000", "initialRto");
    freebsd("rexmit_min", Unit.MILLISECONDS, "30", "minRto");
    freebsd("delacktime", Unit.MILLISECONDS, "40", "delayedAck");
    freebsd("delayed_ack", Unit.NUMBER, "1", "delayedAcks");
    freebsd("keepidle", Unit.MILLISECONDS, "7200000", "keepAliveIdle");
    freebsd("keepintvl", Unit.MILLISECONDS, "75000", "keepAliveInterval");
    freebsd("abc_l_var", Unit.NUMBER, "2", "byteCountingLimit");
    freebsd("keepcnt", Unit.NUMBER, "8", "keepAliveProbes");
    freebsd("keepinit", Unit.MILLISECONDS, "75000", "connectTimeout");
    freebsd("recvspace", Unit.NUMBER, "65536", "receiveBuffer");
    freebsd("sendspace", Unit.NUMBER, "32768", "sendBuffer");
    freebsd("cc.algorithm", Unit.TEXT, "cubic", "congestion", "congestionControl");
    freebsd("initcwnd_segments", Unit.NUMBER, "10", "initialWindowSegments");
    freebsd("blackhole", Unit.NUMBER, "0", "blackhole");
    freebsd("syncookies", Unit.NUMBER, "1", "synCookies");
    freebsd("insecure_rst", Unit.NUMBER, "0", "insecureResets");
    freebsd("insecure_syn", Unit.NUMBER, "0", "insecureSyns");
    freebsd("finwait2_timeout", Unit.MILLISECONDS, "60000", "finTimeout");
    freebsd("msl", Unit.MILLISECONDS, "30000", "maximumSegmentLifetime");
  }

  private static void linux(String name, Unit unit, @Nullable String preset, String... methods) {
    LINUX.put(name, new Variable(unit, preset, List.of(methods)));
  }

  private static void freebsd(String name, Unit unit, @Nullable String preset, String... methods) {
    FREEBSD.put(name, new Variable(unit, preset, List.of(methods)));
  }

  private final TcpConfiguration.Builder builder;

  /** Settings for this builder. */
  Sysctls(TcpConfiguration.Builder builder) {
    this.builder = builder;
  }

  /** Obeys {@code name=value}. */
  void set(String name, String value, Position position) {
    Variable variable = null;
    String last = name;
    if (name.startsWith("net.ipv4.")) {
      last = name.substring("net.ipv4.".length());
      variable = LINUX.get(last);
    } else if (name.startsWith("net.inet.tcp.")) {
      last = name.substring("net.inet.tcp.".length());
      variable = FREEBSD.get(last);
    }
    if (MEANINGLESS.contains(last) || name.startsWith("kern.") || name.startsWith("net.core.")) {
      return;
    }
    if (variable == null) {
      throw ScriptException.unsupported(position, "unknown sysctl " + name);
    }
    apply(name, variable, value.replaceAll("[\"']", "").strip(), position);
  }

  private static String half(String number) {
    return Long.toString(Long.parseLong(number) / 2);
  }

  private void apply(String name, Variable variable, String value, Position position) {
    if (variable.unit == Unit.MIDDLE) {
      String[] numbers = value.split("\\s+", 3);
      String middle = numbers[Math.min(1, numbers.length - 1)];
      if (name.endsWith("tcp_rmem")) {
        // Of Linux's receive buffers one half is the window's.
        call(variable.methods.getFirst(), half(middle), Unit.NUMBER);
        call("maxTunedReceiveBuffer", half(numbers[numbers.length - 1]), Unit.NUMBER);
        call("maxReceiveBuffer", numbers[numbers.length - 1], Unit.NUMBER);
      } else {
        call(variable.methods.getFirst(), middle, Unit.NUMBER);
      }
      return;
    }
    if (variable.unit == Unit.PAGES) {
      long[] marks = Arrays.stream(value.split("\\s+")).mapToLong(Long::parseLong).toArray();
      if (marks.length != 3) {
        throw ScriptException.unsupported(position, name + " has three values");
      }
      builder.memory(marks[0] * PAGE, marks[1] * PAGE, marks[2] * PAGE);
      return;
    }
    if (name.endsWith(".rfc1323")) {
      call("timestamps", value, Unit.NUMBER);
      call("windowScaling", value, Unit.NUMBER);
      return;
    }
    for (String method : variable.methods) {
      if (call(method, value, variable.unit)) {
        return;
      }
    }
    if (!sameNumber(value, variable.preset)) {
      throw ScriptException.unsupported(
          position, "this stack has no setting for " + name + "=" + value);
    }
  }

  private static boolean sameNumber(String value, @Nullable String preset) {
    // Without a preset a variable only chooses a default, which may be ours.
    return preset == null || value.equals(preset);
  }

  /** Calls the builder's method of that name, if there is one that takes such a value. */
  private boolean call(String name, String value, Unit unit) {
    for (Method method : TcpConfiguration.Builder.class.getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == 1) {
        Object argument = argument(method.getParameterTypes()[0], value, unit);
        if (argument != null) {
          try {
            method.invoke(builder, argument);
            return true;
          } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(name + " refuses " + value, e);
          }
        }
      }
    }
    return false;
  }

  private static @Nullable Object argument(Class<?> type, String value, Unit unit) {
    if (type == String.class) {
      return value;
    }
    if (type.isEnum() && value.matches("\\d")) {
      // An enum for a variable with numbers lists them in their order, from 0 on.
      int index = Integer.parseInt(value);
      Object[] constants = type.getEnumConstants();
      return index < constants.length ? constants[index] : null;
    }
    if (type.isEnum()) {
      for (Object each : type.getEnumConstants()) {
        String plain = each.toString().toLowerCase(Locale.ROOT).replace("_", "");
        if (plain.equals(value.replace("_", "")) || plain.equals("new" + value)) {
          return each;
        }
      }
      return null;
    }
    if (!value.matches("0x[0-9a-fA-F]+|-?\\d+")) {
      return null;
    }
    long number = Long.decode(value.matches("0\\d+") ? value.replaceFirst("^0+", "") : value);
    if (type == boolean.class) {
      return number != 0;
    }
    if (type == int.class) {
      return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return type == long.class ? Long.valueOf(number * unit.nanos) : null;
  }
}
