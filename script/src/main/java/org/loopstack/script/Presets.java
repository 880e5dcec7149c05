// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.loopstack.engine.SipHash;
import org.loopstack.wire.IpAddress;

/**
 * The symbols that whoever runs packetdrill's own scripts gives them (in the kernel's selftests
 * {@code ksft_runner.sh}), and that follow from the addresses: which control messages tell of
 * errors, and what Fast Open's cookies are.
 */
final class Presets {
  private static final Pattern OPTION =
      Pattern.compile("^\\s*--(ip_version|local_ip|remote_ip)=([^\\s/]+)");

  private Presets() {}

  /** Adds those that nobody has defined. */
  static void add(
      List<Preprocessor.Line> lines, ScriptOptions options, Map<String, String> defines) {
    boolean ipv6 = options.ipVersion() == IpVersion.IPV6;
    String local = "";
    String remote = "";
    for (Preprocessor.Line each : lines) {
      Matcher m = OPTION.matcher(each.text());
      if (m.find()) {
        switch (m.group(1)) {
          case "ip_version" -> ipv6 = m.group(2).equals(IpVersion.IPV6.toString());
          case "local_ip" -> local = m.group(2);
          default -> remote = m.group(2);
        }
      }
    }
    defines.putIfAbsent("CMSG_LEVEL_IP", ipv6 ? "SOL_IPV6" : "SOL_IP");
    defines.putIfAbsent("CMSG_TYPE_RECVERR", ipv6 ? "IPV6_RECVERR" : "IP_RECVERR");
    IpAddress server = local.isEmpty() ? Settings.localIp(ipv6) : IpAddress.parse(local);
    IpAddress client = remote.isEmpty() ? Settings.remoteIp(ipv6) : IpAddress.parse(remote);
    SipHash key = new SipHash(0xb2b2b2b2_a1a1a1a1L, 0xd4d4d4d4_c3c3c3c3L);
    defines.putIfAbsent("TFO_COOKIE", cookie(key, client, server));
    defines.putIfAbsent("TFO_COOKIE_ZERO", cookie(new SipHash(0, 0), client, server));
  }

  private static String cookie(SipHash key, IpAddress client, IpAddress server) {
    long hash =
        client.isIpv4()
            ? key.hash(Long.reverseBytes(client.low() << 32 | server.low() & 0xffff_ffffL))
            : key.hash(
                Long.reverseBytes(client.high()),
                Long.reverseBytes(client.low()),
                Long.reverseBytes(server.high()),
                Long.reverseBytes(server.low()));
    return HexFormat.of().toHexDigits(Long.reverseBytes(hash));
  }
}
