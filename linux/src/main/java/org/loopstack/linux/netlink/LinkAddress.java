// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * An address of an interface as the kernel tells it.
 *
 * @param linkIndex whose
 * @param address of this host
 * @param peer the other end of a point-to-point link, else the same
 * @param prefixLength how many bits the addresses on the link have in common
 * @param broadcast or null
 * @param scope as {@code rtnetlink(7)} numbers it: 0 global, 200 site, 253 link, 254 host
 * @param label the name that IPv4 gives it, or null
 * @param flags the sum of {@link #DEPRECATED} and its sisters: {@code IFA_F_} of rtnetlink(7)
 * @param validSeconds how long it lives, or {@link #FOREVER}
 * @param preferredSeconds how long it is chosen for what begins, or {@link #FOREVER}
 */
public record LinkAddress(
    int linkIndex,
    IpAddress address,
    IpAddress peer,
    int prefixLength,
    @Nullable IpAddress broadcast,
    int scope,
    @Nullable String label,
    int flags,
    long validSeconds,
    long preferredSeconds) {
  /** The lifetime of what lives for ever. */
  public static final long FOREVER = 0xffff_ffffL;

  /** IFA_F_DADFAILED: somebody else on the link has it. */
  public static final int DUPLICATE = 0x08;

  /** IFA_F_DEPRECATED: not chosen any more. */
  public static final int DEPRECATED = 0x20;

  /** IFA_F_TENTATIVE: not known yet whether somebody else has it. */
  public static final int TENTATIVE = 0x40;

  /** IFA_F_PERMANENT: not learned from a router. */
  public static final int PERMANENT = 0x80;

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
