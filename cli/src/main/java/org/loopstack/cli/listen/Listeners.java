// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.machine.KernelSockets;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.MachineProcess;
import org.loopstack.cli.machine.Processes;
import org.loopstack.cli.machine.Users;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.LinkAddress;
import org.loopstack.linux.netlink.RouteNetlink;
import org.loopstack.linux.netlink.SocketDiagnosis;

/**
 * What there is of sockets at one moment: those of the calling thread's network, and, if wanted,
 * the listeners of other networks on the machine.
 */
public final class Listeners {
  private static final int LISTENING = 1 << KernelSocket.LISTEN;
  private static final Path NAMED_NETWORKS = Path.of("/run/netns");

  private final MachineFiles files;
  private final Processes processes;
  private final Users users;
  private final List<Listener> listeners = new ArrayList<>();

  private Listeners(MachineFiles files) {
    this.files = files;
    this.processes = new Processes(files);
    this.users = new Users(files);
  }

  /**
   * Looks.
   *
   * @param others whether to look into other network namespaces, too, as far as that is allowed
   */
  public static Listeners look(MachineFiles files, boolean others) throws IOException {
    Listeners look = new Listeners(files);
    look.add(null);
    if (others) {
      look.addOthers();
    }
    look.listeners.sort(
        Comparator.comparing((Listener l) -> l.namespace() == null ? "" : l.namespace())
            .thenComparing(l -> l.socket().protocol())
            .thenComparingInt(l -> l.socket().localPort())
            .thenComparing(l -> l.socket().local()));
    return look;
  }

  private void add(@Nullable String namespace) throws IOException {
    List<Link> links;
    boolean outside;
    try (RouteNetlink netlink = RouteNetlink.open()) {
      links = netlink.links();
      outside = netlink.addresses().stream().anyMatch(Listeners::isOutside);
    }
    for (KernelSocket each : KernelSockets.read(files, LISTENING)) {
      if (each.isListening() && each.localPort() != 0) {
        listeners.add(listener(each, links, outside, namespace));
      }
    }
  }

  private static boolean isOutside(LinkAddress address) {
    return !address.address().isLoopback();
  }

  private Listener listener(
      KernelSocket socket, List<Link> links, boolean outside, @Nullable String namespace) {
    Scope scope = Scope.of(socket, links, outside);
    List<MachineProcess> having = processes.having(socket.inode());
    boolean tcp = socket.protocol() == Protocol.TCP;
    boolean ported = tcp || socket.protocol() == Protocol.UDP;
    return new Listener(
        socket,
        scope,
        links.stream()
            .filter(l -> l.index() == socket.linkIndex())
            .map(Link::name)
            .findFirst()
            .orElse(null),
        having,
        users.name(socket.user()),
        namespace,
        ported ? Exposure.warning(tcp, socket.localPort(), scope, having) : null);
  }

  /** Those whose files can be opened; a network without a process has a name at best. */
  private void addOthers() {
    Map<String, Path> paths = new TreeMap<>();
    processes.namespaces().forEach((id, pid) -> paths.put(id, Path.of("/proc/" + pid + "/ns/net")));
    String own = files.link("proc/thread-self/ns/net");
    if (own != null) {
      paths.remove(own);
    }
    for (Map.Entry<String, Path> each : paths.entrySet()) {
      addIfAllowed(each.getKey(), each.getValue());
    }
    if (Files.isDirectory(NAMED_NETWORKS)) {
      for (String name : files.names("run/netns")) {
        addNamed(name, paths, own);
      }
    }
  }

  private void addNamed(String name, Map<String, Path> seen, @Nullable String own) {
    try (NetworkNamespace named = NetworkNamespace.enter(NAMED_NETWORKS.resolve(name))) {
      String id = named.identity();
      if (!seen.containsKey(id) && !id.equals(own)) {
        named.run(() -> add("netns " + name));
      }
    } catch (IOException e) {
      // Not allowed, or just gone: what cannot be entered is not shown.
    }
  }

  private void addIfAllowed(String id, Path path) {
    try (NetworkNamespace other = NetworkNamespace.enter(path)) {
      other.run(() -> add(id));
    } catch (IOException e) {
      // As above.
    }
  }

  /** Sorted by network, protocol and port. */
  public List<Listener> all() {
    return List.copyOf(listeners);
  }

  /** Whether all processes could be looked at. */
  public boolean isComplete() {
    return processes.isComplete();
  }

  /** All sockets of a port in the calling thread's network, in any state, with who has them. */
  List<Listener> atPort(int port) throws IOException {
    List<Link> links;
    boolean outside;
    try (RouteNetlink netlink = RouteNetlink.open()) {
      links = netlink.links();
      outside = netlink.addresses().stream().anyMatch(Listeners::isOutside);
    }
    return KernelSockets.read(files, SocketDiagnosis.ALL_STATES).stream()
        .filter(s -> s.protocol() == Protocol.TCP || s.protocol() == Protocol.UDP)
        .filter(s -> s.localPort() == port)
        .map(s -> listener(s, links, outside, null))
        .toList();
  }
}
