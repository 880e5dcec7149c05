// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.util.List;
import java.util.Map;
import org.loopstack.cli.machine.MachineProcess;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.wire.IpAddress;

/** Sockets as the kernel could tell them. */
final class Sockets {
  private Sockets() {}

  static KernelSocket tcp(int state, String local, int port, String remote, int remotePort) {
    IpAddress address = IpAddress.parse(local);
    return new KernelSocket(
        Protocol.TCP,
        state,
        address.isIpv6(),
        false,
        address,
        port,
        IpAddress.parse(remote),
        remotePort,
        0,
        0,
        0,
        0,
        4711,
        1,
        state == KernelSocket.TIME_WAIT ? 3 : 0,
        0,
        state == KernelSocket.TIME_WAIT ? 41_500 : 0,
        null,
        null,
        null,
        0,
        Map.of());
  }

  static KernelSocket listening(String local, int port) {
    boolean ipv4 = IpAddress.parse(local).isIpv4();
    return tcp(KernelSocket.LISTEN, local, port, ipv4 ? "0.0.0.0" : "::", 0);
  }

  static Listener listener(KernelSocket socket) {
    return new Listener(
        socket, Scope.EVERYBODY, null, List.of(process("java -jar app.jar")), "alice", null, null);
  }

  static MachineProcess process(String commandLine) {
    return new MachineProcess(4711, "java", commandLine, null);
  }
}
