// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.listen.Listener;
import org.loopstack.cli.listen.Listeners;
import org.loopstack.cli.machine.KernelSockets;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.namespace.LinkFeatures;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.LegacyIptables;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.LinkAddress;
import org.loopstack.linux.netlink.NetlinkException;
import org.loopstack.linux.netlink.Nftables;
import org.loopstack.linux.netlink.Qdisc;
import org.loopstack.linux.netlink.RouteEntry;
import org.loopstack.linux.netlink.RouteNetlink;
import org.loopstack.linux.netlink.RuleEntry;
import org.loopstack.linux.netlink.SocketDiagnosis;
import org.loopstack.wire.IpAddress;

/**
 * The machine itself, in the network namespace of the thread that asks. What is asked for twice is
 * looked up once.
 *
 * <p>For one thread.
 */
public final class LiveMachine implements Machine {
  private static final Duration NAMES = Duration.ofMillis(1500);

  private final MachineFiles files;
  private final Map<String, String> environment;
  private final Resolver resolver = new LiveResolver(NAMES);
  private final Probe probe = new LiveProbe();
  private @Nullable List<Link> links;
  private @Nullable List<LinkAddress> addresses;
  private @Nullable List<KernelSocket> sockets;
  private @Nullable List<Listener> listeners;

  /** With the machine's files, or others in their place. */
  public LiveMachine(MachineFiles files, Map<String, String> environment) {
    this.files = files;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public MachineFiles files() {
    return files;
  }

  @Override
  public Map<String, String> environment() {
    return environment;
  }

  /** A question to the kernel. */
  private interface Question<T> {
    T ask(RouteNetlink netlink) throws IOException;
  }

  private static <T> T ask(Question<T> question) throws IOException {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      return question.ask(netlink);
    }
  }

  @Override
  public List<Link> links() throws IOException {
    List<Link> known = links;
    if (known == null) {
      known = ask(RouteNetlink::links);
      links = known;
    }
    return known;
  }

  @Override
  public List<LinkAddress> addresses() throws IOException {
    List<LinkAddress> known = addresses;
    if (known == null) {
      known = ask(RouteNetlink::addresses);
      addresses = known;
    }
    return known;
  }

  @Override
  public RouteEntry routeTo(IpAddress destination) throws IOException {
    return ask(netlink -> netlink.routeTo(destination, null));
  }

  @Override
  public List<RuleEntry> rules() throws IOException {
    return ask(RouteNetlink::rules);
  }

  @Override
  public List<Qdisc> qdiscs() throws IOException {
    return ask(RouteNetlink::qdiscs);
  }

  @Override
  public @Nullable Boolean offloads(String linkName) throws IOException {
    return LinkFeatures.segmentationOffload(linkName);
  }

  @Override
  public List<KernelSocket> sockets() throws IOException {
    List<KernelSocket> known = sockets;
    if (known == null) {
      known = KernelSockets.read(files, SocketDiagnosis.ALL_STATES);
      sockets = known;
    }
    return known;
  }

  @Override
  public List<Listener> listeners() throws IOException {
    List<Listener> known = listeners;
    if (known == null) {
      known = Listeners.look(files, true).all();
      listeners = known;
    }
    return known;
  }

  @Override
  public Nftables.RuleSet firewall() throws IOException {
    List<Nftables.RuleSet> all = new ArrayList<>();
    try (Nftables nftables = Nftables.open()) {
      all.add(nftables.read());
    } catch (NetlinkException e) {
      if (!e.is(Errno.EPROTONOSUPPORT)) {
        throw e;
      }
    }
    for (String table : files.words("proc/thread-self/net/ip_tables_names")) {
      all.add(LegacyIptables.read(false, table));
    }
    for (String table : files.words("proc/thread-self/net/ip6_tables_names")) {
      all.add(LegacyIptables.read(true, table));
    }
    return new Nftables.RuleSet(
        all.stream().flatMap(each -> each.chains().stream()).toList(),
        all.stream().flatMap(each -> each.rules().stream()).toList());
  }

  @Override
  public Resolver resolver() {
    return resolver;
  }

  @Override
  public Probe probe() {
    return probe;
  }

  @Override
  public long parent() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
  }
}
