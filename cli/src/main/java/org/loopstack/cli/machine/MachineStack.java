// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.EchoSocket;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.HostStack;
import org.loopstack.cli.host.Printable;
import org.loopstack.cli.host.UserException;
import org.loopstack.link.Tapped;
import org.loopstack.linux.capture.KernelTap;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.LinkAddress;
import org.loopstack.linux.netlink.NetlinkException;
import org.loopstack.linux.netlink.RouteEntry;
import org.loopstack.linux.netlink.RouteNetlink;
import org.loopstack.linux.netlink.SocketDiagnosis;
import org.loopstack.linux.socket.PingSocket;
import org.loopstack.wire.IpAddress;

/**
 * The machine as the host of a command: the kernel's sockets, and what it tells of itself by
 * netlink, in the network namespace of the thread that asks.
 *
 * <p>For one thread at a time.
 */
public final class MachineStack implements HostStack {
  private final MachineFiles files;
  private final IdentityHashMap<StackSnapshot.Socket, KernelSocket> kernelSockets =
      new IdentityHashMap<>();
  private @Nullable Processes processes;

  /** With the machine's files. */
  public MachineStack(MachineFiles files) {
    this.files = files;
  }

  /**
   * Refuses what only Linux has.
   *
   * @param what as {@code lo listen}
   * @throws UserException on another system
   */
  public static void requireLinux(String what) {
    String system = System.getProperty("os.name", "");
    if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
      throw new UserException(
          ExitStatus.UNAVAILABLE,
          what + " on the machine itself needs Linux, and this is " + system);
    }
  }

  @Override
  public SelectorProvider selectorProvider() {
    return SelectorProvider.provider();
  }

  @Override
  public List<InetAddress> resolve(String host, HostNames.Family family) {
    if (HostNames.isLiteral(host)) {
      return HostNames.resolve(host, family);
    }
    try {
      List<InetAddress> found =
          Stream.of(InetAddress.getAllByName(host)).filter(family::allows).toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (UnknownHostException e) {
      throw new UserException(ExitStatus.NO_HOST, host + ": Name or service not known");
    }
    throw new UserException(
        ExitStatus.NO_HOST, host + ": Address family for hostname not supported");
  }

  @Override
  public StackSnapshot snapshot() {
    requireLinux("looking inside");
    try (RouteNetlink netlink = RouteNetlink.open()) {
      List<Link> links = netlink.links();
      List<StackSnapshot.Interface> interfaces = interfaces(netlink, links);
      List<RouteEntry> routes = netlink.routes();
      return new StackSnapshot(
          name(),
          Instant.now(),
          interfaces,
          SnapshotRoutes.of(routes, RouteEntry.MAIN_TABLE, links),
          SnapshotRoutes.of(routes, RouteEntry.LOCAL_TABLE, links),
          sockets(),
          Map.of(),
          MachineCounters.tcpMemory(files),
          MachineCounters.read(files));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static UserException unreadable(IOException e) {
    return new UserException(ExitStatus.IO_ERROR, String.valueOf(e.getMessage()));
  }

  private String name() {
    List<String> words = files.words("proc/sys/kernel/hostname");
    return words.isEmpty() ? "machine" : words.getFirst();
  }

  private List<StackSnapshot.Socket> sockets() throws IOException {
    kernelSockets.clear();
    processes = null;
    for (KernelSocket each : KernelSockets.read(files, SocketDiagnosis.ALL_STATES)) {
      kernelSockets.put(SnapshotSockets.of(each), each);
    }
    return List.copyOf(kernelSockets.keySet());
  }

  /** As {@code "java",pid=4711,"other",pid=4712}; null if this user may not know. */
  @Override
  public @Nullable String processOf(StackSnapshot.Socket socket) {
    KernelSocket known = kernelSockets.get(socket);
    if (known == null) {
      return null;
    }
    Processes looked = processes;
    if (looked == null) {
      looked = new Processes(files);
      processes = looked;
    }
    List<String> all =
        looked.having(known.inode()).stream()
            .map(each -> "\"" + Printable.of(each.name()) + "\",pid=" + each.pid())
            .toList();
    return all.isEmpty() ? null : String.join("),(", all);
  }

  @Override
  public StackSnapshot.Route routeTo(IpAddress destination, @Nullable IpAddress source)
      throws IOException {
    requireLinux("asking for a route");
    try (RouteNetlink netlink = RouteNetlink.open()) {
      RouteEntry way = netlink.routeTo(destination, source);
      return SnapshotRoutes.of(way, netlink.links());
    } catch (NetlinkException e) {
      // What RTNETLINK says, without what was asked.
      throw new IOException(words(e.errno()), e);
    }
  }

  /** An error without its name, as other programs print it. */
  private static String words(int errno) {
    return Errno.text(errno).replaceFirst(" \\([A-Z0-9]+\\)$", "");
  }

  @Override
  public List<StackSnapshot.Interface> interfaces() {
    requireLinux("looking at interfaces");
    try (RouteNetlink netlink = RouteNetlink.open()) {
      return interfaces(netlink, netlink.links());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static List<StackSnapshot.Interface> interfaces(RouteNetlink netlink, List<Link> links)
      throws IOException {
    List<LinkAddress> addresses = netlink.addresses();
    return links.stream().map(link -> SnapshotInterfaces.of(link, addresses)).toList();
  }

  @Override
  public EchoSocket openEcho(InetAddress destination, int hopLimit) throws IOException {
    requireLinux("lo ping");
    IpAddress target = IpAddress.of(destination);
    try {
      return new MachineEchoSocket(PingSocket.open(target, hopLimit), target);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EACCES.number() && PingSocket.isAllowed(target.isIpv6())) {
        throw new UserException(
            ExitStatus.NO_PERMISSION,
            "ping: " + target + " is a broadcast address, or a route prohibits it");
      }
      if (e.errno() == Errno.EACCES.number()) {
        throw new UserException(
            ExitStatus.NO_PERMISSION,
            "ping: this kernel lets only some groups ping: sysctl -w"
                + " net.ipv4.ping_group_range='0 2147483647' lets all; or run it as root");
      }
      throw new IOException(words(e.errno()), e);
    }
  }

  @Override
  public List<Tapped> captured(String device) {
    requireLinux("lo capture");
    List<Tapped> taps = new ArrayList<>();
    try (RouteNetlink netlink = RouteNetlink.open()) {
      for (Link each : netlink.links()) {
        if (device.equals("any") ? each.isUp() : each.name().equals(device)) {
          taps.add(KernelTap.open(each, HostsFile.names(files)));
        }
      }
      return taps;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM.number()) {
        throw new UserException(
            ExitStatus.NO_PERMISSION,
            "capture: only root and CAP_NET_RAW may look at the machine's packets: sudo");
      }
      throw unreadable(e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
