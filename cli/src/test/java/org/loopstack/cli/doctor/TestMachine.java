// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.listen.Listener;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.LinkAddress;
import org.loopstack.linux.netlink.Nftables;
import org.loopstack.linux.netlink.Qdisc;
import org.loopstack.linux.netlink.RouteEntry;
import org.loopstack.linux.netlink.RuleEntry;
import org.loopstack.wire.IpAddress;

/**
 * The machine, or a network of its in which it is asked, with something else in place of what a
 * test cannot build: files, answers to names, variables.
 */
public final class TestMachine implements Machine {
  private final LiveMachine live;
  private @Nullable MachineFiles files;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Resolver.Answer> system = new HashMap<>();
  private final Map<String, Resolver.Answer> java = new HashMap<>();
  private @Nullable List<Link> links;
  private @Nullable Probe probe;

  /** As it is. */
  public TestMachine() {
    live = new LiveMachine(MachineFiles.ofMachine(), Map.of());
    localhost("::1", "127.0.0.1");
  }

  /** With other files. */
  public TestMachine files(Path root) {
    files = new MachineFiles(root);
    return this;
  }

  /** With a file among others. */
  public static void write(Path root, String name, String text) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /** With a variable of the environment. */
  public TestMachine variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** With what localhost is. */
  public TestMachine localhost(String... addresses) {
    system("localhost", answer(1, addresses));
    return java("localhost", answer(1, addresses));
  }

  /** With what a name is for the C library. */
  public TestMachine system(String name, Resolver.Answer answer) {
    system.put(name, answer);
    return this;
  }

  /** With what a name is for Java. */
  public TestMachine java(String name, Resolver.Answer answer) {
    java.put(name, answer);
    return this;
  }

  /** An answer. */
  public static Resolver.Answer answer(long millis, String... addresses) {
    return new Resolver.Answer(
        Arrays.stream(addresses).map(IpAddress::parse).toList(), millis * 1_000_000, null);
  }

  /** No answer. */
  public static Resolver.Answer failure(long millis, String why) {
    return new Resolver.Answer(List.of(), millis * 1_000_000, why);
  }

  /** With other interfaces. */
  public TestMachine links(List<Link> others) {
    links = List.copyOf(others);
    return this;
  }

  /** With other trials. */
  public TestMachine probe(Probe other) {
    probe = other;
    return this;
  }

  @Override
  public MachineFiles files() {
    return files == null ? live.files() : files;
  }

  @Override
  public Map<String, String> environment() {
    return environment;
  }

  @Override
  public List<Link> links() throws IOException {
    return links == null ? live.links() : links;
  }

  @Override
  public List<LinkAddress> addresses() throws IOException {
    return live.addresses();
  }

  @Override
  public RouteEntry routeTo(IpAddress destination) throws IOException {
    return live.routeTo(destination);
  }

  @Override
  public List<RuleEntry> rules() throws IOException {
    return live.rules();
  }

  @Override
  public List<Qdisc> qdiscs() throws IOException {
    return live.qdiscs();
  }

  @Override
  public @Nullable Boolean offloads(String linkName) throws IOException {
    return live.offloads(linkName);
  }

  @Override
  public List<KernelSocket> sockets() throws IOException {
    return live.sockets();
  }

  @Override
  public List<Listener> listeners() throws IOException {
    return live.listeners();
  }

  @Override
  public Nftables.RuleSet firewall() throws IOException {
    return live.firewall();
  }

  @Override
  public Resolver resolver() {
    return new Resolver() {
      @Override
      public Answer system(String name) {
        return system.getOrDefault(name, failure(1, name + ": Name or service not known"));
      }

      @Override
      public Answer java(String name) {
        return java.getOrDefault(name, failure(1, name + ": Name or service not known"));
      }
    };
  }

  @Override
  public Probe probe() {
    return probe == null ? live.probe() : probe;
  }

  @Override
  public long parent() {
    return live.parent();
  }
}
