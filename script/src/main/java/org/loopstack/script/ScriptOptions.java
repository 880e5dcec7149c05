// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.link.LinkTap;

/**
 * How scripts are run. What a script says of itself ({@code --ip_version=ipv6}) goes before.
 *
 * @param profile whose TCP ours behaves like: a preset of the stack's configuration
 * @param ipVersion which addresses a script uses that does not say
 * @param localIsn the initial sequence number that the stack's first connection shall have, or null
 *     for whichever it chooses
 * @param remoteIsn what is added to the script's own sequence numbers
 * @param strict fail, too, on packets that nobody expects when the script has ended, and on wrong
 *     timestamp echoes; packetdrill lets both pass
 * @param seed what all the stack's random numbers follow from
 * @param defines symbols and what they stand for, as {@code -D NAME=VALUE}
 * @param tap is shown all that crosses the wire, or null
 */
public record ScriptOptions(
    String profile,
    IpVersion ipVersion,
    @Nullable Long localIsn,
    long remoteIsn,
    boolean strict,
    long seed,
    Map<String, String> defines,
    @Nullable LinkTap tap) {
  /** As packetdrill does: Linux, IPv4, lenient at the end. */
  public static final ScriptOptions DEFAULT =
      new ScriptOptions("linux", IpVersion.IPV4, null, 0, false, 1, Map.of(), null);

  /** Copies the symbols. */
  public ScriptOptions {
    defines = Map.copyOf(defines);
  }

  /** The same with another profile. */
  public ScriptOptions withProfile(String value) {
    return new ScriptOptions(value, ipVersion, localIsn, remoteIsn, strict, seed, defines, tap);
  }

  /** The same with other addresses. */
  public ScriptOptions withIpVersion(IpVersion value) {
    return new ScriptOptions(profile, value, localIsn, remoteIsn, strict, seed, defines, tap);
  }

  /** The same with sequence numbers that begin elsewhere. */
  public ScriptOptions withIsns(@Nullable Long local, long remote) {
    return new ScriptOptions(profile, ipVersion, local, remote, strict, seed, defines, tap);
  }

  /** The same, strict or lenient at the end. */
  public ScriptOptions withStrict(boolean value) {
    return new ScriptOptions(profile, ipVersion, localIsn, remoteIsn, value, seed, defines, tap);
  }

  /** The same, with somebody who is shown all that crosses the wire. */
  public ScriptOptions withTap(LinkTap value) {
    return new ScriptOptions(profile, ipVersion, localIsn, remoteIsn, strict, seed, defines, value);
  }

  /** The same with one more symbol. */
  public ScriptOptions withDefine(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(defines);
    all.put(name, value);
    return new ScriptOptions(profile, ipVersion, localIsn, remoteIsn, strict, seed, all, tap);
  }
}
