// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.concurrent.ConcurrentHashMap;
import org.loopstack.wire.IpAddress;

/**
 * Which groups each interface listens to (RFC 1112 section 7.1), counted. There is no IGMP and no
 * MLD: neither the loopback nor a wire has anybody to tell. Safe for use by many threads.
 */
final class Groups implements GroupMembership {
  /** 224.0.0.1, "all hosts": RFC 1112 section 4. */
  private static final IpAddress ALL_HOSTS = IpAddress.parse("224.0.0.1");

  /** ff01::1 and ff02::1, "all nodes": RFC 4291 section 2.8. */
  private static final IpAddress ALL_NODES_INTERFACE = IpAddress.parse("ff01::1");

  private static final IpAddress ALL_NODES_LINK = IpAddress.parse("ff02::1");

  private record Membership(int interfaceIndex, IpAddress group) {}

  private final InternetLayer layer;
  private final ConcurrentHashMap<Membership, Integer> members = new ConcurrentHashMap<>();

  Groups(InternetLayer layer) {
    this.layer = layer;
  }

  @Override
  public int join(IpAddress group, int interfaceIndex) throws ErrnoException {
    if (!group.isMulticast()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    int index = interfaceIndex == 0 ? interfaceFor(group) : interfaceIndex;
    if (layer.table().state(index) == null) {
      throw new ErrnoException(Errno.ENODEV);
    }
    members.merge(new Membership(index, group), 1, Integer::sum);
    return index;
  }

  private int interfaceFor(IpAddress group) {
    RouteEntry entry = layer.table().main(group, 0);
    return entry == null ? 0 : entry.interfaceIndex();
  }

  @Override
  public void leave(IpAddress group, int interfaceIndex) {
    members.computeIfPresent(
        new Membership(interfaceIndex, group), (key, count) -> count == 1 ? null : count - 1);
  }

  /** Whether datagrams to the group that come by the interface are for us. */
  boolean isMember(int interfaceIndex, IpAddress group) {
    return group.equals(ALL_HOSTS)
        || group.equals(ALL_NODES_LINK)
        || group.equals(ALL_NODES_INTERFACE)
        || !members.isEmpty() && members.containsKey(new Membership(interfaceIndex, group));
  }

  /** Forgets what an interface listened to that is gone. */
  void forget(int interfaceIndex) {
    members.keySet().removeIf(m -> m.interfaceIndex == interfaceIndex);
  }

  @Override
  public int interfaceOf(IpAddress address) {
    RouteEntry entry = layer.table().local(address);
    return entry == null ? 0 : entry.interfaceIndex();
  }

  @Override
  public int interfaceNamed(String name) {
    for (InterfaceState s : layer.table().states()) {
      if (s != null && s.identity().name().equals(name)) {
        return s.index();
      }
    }
    return 0;
  }
}
