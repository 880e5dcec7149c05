// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.fault.Faults;
import org.loopstack.link.Tapped;
import org.loopstack.wire.IpAddress;

/**
 * The host that a command runs on: its sockets, its interfaces, its echo. One of ours, or the
 * machine.
 */
public interface HostStack {
  /** Where the sockets come from. */
  SelectorProvider selectorProvider();

  /** All that there is to see of it now. */
  StackSnapshot snapshot();

  /**
   * The way to a destination.
   *
   * @param source the address that a socket is bound to, or null to choose
   * @throws IOException if there is none, with the reason
   */
  StackSnapshot.Route routeTo(IpAddress destination, @Nullable IpAddress source) throws IOException;

  /**
   * The addresses of a host, at least one.
   *
   * @param host an address, with or without brackets, or a name
   * @throws UserException if there is none of that family
   */
  default List<InetAddress> resolve(String host, HostNames.Family family) {
    return HostNames.resolve(host, family);
  }

  /**
   * Who has a socket of the last {@link #snapshot}, as {@code "java",pid=4711}; null if that is not
   * known.
   */
  default @Nullable String processOf(StackSnapshot.Socket socket) {
    return "\"lo\",pid=" + ProcessHandle.current().pid();
  }

  /** Its interfaces, by index. */
  List<StackSnapshot.Interface> interfaces();

  /**
   * Those of its interfaces that can be captured. Who captures closes them, if they can be closed.
   *
   * @param device the name of one, or {@code any}
   * @throws UserException if that is not permitted
   */
  default List<Tapped> captured(String device) {
    return List.of();
  }

  /**
   * Opens what ping needs.
   *
   * @param destination who is asked; an IPv4 or an IPv6 address
   * @param hopLimit time to live or hop limit of what is sent, 1 to 255
   * @throws IOException if there is no way to that destination
   */
  EchoSocket openEcho(InetAddress destination, int hopLimit) throws IOException;

  /**
   * The fault rules of an interface.
   *
   * @return null if there is no such interface
   * @throws UserException if the host has no fault rules
   */
  default @Nullable Faults faults(String interfaceName) {
    throw new UserException(
        ExitStatus.USAGE, "there are fault rules on a stack of our own only, named with -n");
  }
}
