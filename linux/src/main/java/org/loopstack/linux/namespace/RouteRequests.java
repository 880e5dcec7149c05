// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import java.io.IOException;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.netlink.NetlinkException;
import org.loopstack.linux.netlink.NetlinkRequest;
import org.loopstack.linux.netlink.RouteNetlink;

/** Requests to rtnetlink(7) that the kernel fulfils or refuses, in a namespace. */
final class RouteRequests {
  private RouteRequests() {}

  /** A request for what must not be there yet. */
  static NetlinkRequest toCreate(int type) {
    return new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGE | NetlinkRequest.CREATE_NEW);
  }

  /** A request about what is there. */
  static NetlinkRequest toChange(int type) {
    return new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGE);
  }

  /**
   * Has it done.
   *
   * @param what is to be done, for the exception
   * @throws LinuxException if the kernel refuses
   */
  static void send(NetworkNamespace namespace, NetlinkRequest request, String what)
      throws IOException {
    namespace.run(
        () -> {
          try (RouteNetlink netlink = RouteNetlink.open()) {
            netlink.tell(request, what);
          } catch (NetlinkException e) {
            if (e.errno() == 0) {
              throw e;
            }
            LinuxException refusal = new LinuxException(what, e.errno());
            // The kernel's own words, where it has some.
            refusal.initCause(e);
            throw refusal;
          }
        });
  }
}
