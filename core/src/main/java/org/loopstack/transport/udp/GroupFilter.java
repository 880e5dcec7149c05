// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.IpAddress;

/**
 * What one socket has joined, and which sources of it the socket wants (RFC 3678): for each group
 * on each interface a list of sources and whether these are the ones to include or to exclude.
 * Immutable, so that delivery can look at it without a lock; each change makes another one.
 */
final class GroupFilter {
  /** Nothing joined. */
  static final GroupFilter EMPTY = new GroupFilter(List.of());

  /** A group joined on an interface, and the sources that the mode is about. */
  record Membership(IpAddress group, int interfaceIndex, boolean include, List<IpAddress> sources) {
    Membership {
      sources = List.copyOf(sources);
    }

    private boolean allows(IpAddress source) {
      return sources.contains(source) == include;
    }

    private Membership with(IpAddress source) {
      List<IpAddress> more = new ArrayList<>(sources);
      more.add(source);
      return new Membership(group, interfaceIndex, include, more);
    }

    private Membership without(IpAddress source) {
      List<IpAddress> fewer = new ArrayList<>(sources);
      fewer.remove(source);
      return new Membership(group, interfaceIndex, include, fewer);
    }
  }

  private final List<Membership> memberships;

  private GroupFilter(List<Membership> memberships) {
    this.memberships = List.copyOf(memberships);
  }

  List<Membership> memberships() {
    return memberships;
  }

  /**
   * Whether the socket wants a datagram.
   *
   * @param unjoined whether it wants those of a group that it has not joined itself, but others on
   *     this host
   */
  boolean allows(IpAddress group, int interfaceIndex, IpAddress source, boolean unjoined) {
    for (Membership m : memberships) {
      if (m.interfaceIndex == interfaceIndex && m.group.equals(group)) {
        return m.allows(source);
      }
    }
    return unjoined;
  }

  boolean hasJoined(IpAddress group, int interfaceIndex) {
    return find(group, interfaceIndex) != null;
  }

  /** The interface on which the group was joined first, or 0. */
  int interfaceOf(IpAddress group) {
    for (Membership m : memberships) {
      if (m.group.equals(group)) {
        return m.interfaceIndex;
      }
    }
    return 0;
  }

  /** Joins for all sources, or for one more. */
  GroupFilter join(IpAddress group, int interfaceIndex, @Nullable IpAddress source)
      throws ErrnoException {
    Membership old = find(group, interfaceIndex);
    if (source == null) {
      if (old != null) {
        throw new ErrnoException(Errno.EADDRINUSE);
      }
      return replace(null, new Membership(group, interfaceIndex, false, List.of()));
    }
    if (old == null) {
      return replace(null, new Membership(group, interfaceIndex, true, List.of(source)));
    }
    // RFC 3678 section 4.1.3: a source cannot be added to a membership that excludes sources.
    if (!old.include) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (old.sources.contains(source)) {
      throw new ErrnoException(Errno.EADDRINUSE);
    }
    return replace(old, old.with(source));
  }

  /** Leaves the group, or one source; with the last source that is included, the group. */
  GroupFilter leave(IpAddress group, int interfaceIndex, @Nullable IpAddress source)
      throws ErrnoException {
    Membership old = find(group, interfaceIndex);
    if (old == null) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    if (source == null) {
      return replace(old, null);
    }
    if (!old.include) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (!old.sources.contains(source)) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    return replace(old, old.sources.size() == 1 ? null : old.without(source));
  }

  GroupFilter block(IpAddress group, int interfaceIndex, IpAddress source) throws ErrnoException {
    Membership old = excluding(group, interfaceIndex);
    if (old.sources.contains(source)) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    return replace(old, old.with(source));
  }

  GroupFilter unblock(IpAddress group, int interfaceIndex, IpAddress source) throws ErrnoException {
    Membership old = excluding(group, interfaceIndex);
    if (!old.sources.contains(source)) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    return replace(old, old.without(source));
  }

  private Membership excluding(IpAddress group, int interfaceIndex) throws ErrnoException {
    Membership old = find(group, interfaceIndex);
    if (old == null || old.include) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return old;
  }

  private @Nullable Membership find(IpAddress group, int interfaceIndex) {
    for (Membership m : memberships) {
      if (m.interfaceIndex == interfaceIndex && m.group.equals(group)) {
        return m;
      }
    }
    return null;
  }

  private GroupFilter replace(@Nullable Membership old, @Nullable Membership fresh) {
    List<Membership> changed = new ArrayList<>(memberships);
    if (old != null) {
      changed.remove(old);
    }
    if (fresh != null) {
      changed.add(fresh);
    }
    return changed.isEmpty() ? EMPTY : new GroupFilter(changed);
  }
}
