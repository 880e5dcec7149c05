// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.doctor.Resolver.Answer;
import org.loopstack.cli.listen.ListenPrinter;
import org.loopstack.cli.listen.Listener;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.wire.IpAddress;

/** Whether a client gets to one port, at each address that its host's name has. */
public final class PortCheck implements Check {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private final String host;
  private final int port;
  private final @Nullable String path;

  /**
   * Of a port.
   *
   * @param host as the client says it
   * @param path what to ask an HTTP server for, or null to ask for nothing
   */
  public PortCheck(String host, int port, @Nullable String path) {
    this.host = host;
    this.port = port;
    this.path = path;
  }

  @Override
  public String name() {
    return "port";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    List<IpAddress> addresses = addresses(machine);
    if (addresses.isEmpty()) {
      return List.of(
          Finding.error(
              host + " means nothing here",
              "clients do not get as far as connecting",
              "if it is to be this machine: echo '127.0.0.1 " + host + "' >> /etc/hosts"));
    }
    Map<IpAddress, String> failures = new TreeMap<>();
    List<Finding> found = new ArrayList<>();
    for (IpAddress each : addresses) {
      String failure = machine.probe().connect(each, port, LIMIT);
      if (failure != null) {
        failures.put(each, failure);
      } else if (path != null) {
        ask(found, machine, each, path);
      }
    }
    if (failures.size() == addresses.size()) {
      found.add(unreachable(machine, failures));
    } else if (!failures.isEmpty()) {
      found.add(
          Finding.warning(
              host
                  + " is "
                  + addresses
                  + ", and port "
                  + port
                  + " is not there at "
                  + failures.keySet()
                  + ": "
                  + failures.values().iterator().next(),
              "clients that try one address only may meet that one",
              "let the server listen there as well, or name another address"));
    }
    return found;
  }

  private List<IpAddress> addresses(Machine machine) {
    try {
      return List.of(IpAddress.parse(host));
    } catch (IllegalArgumentException e) {
      Answer answer = machine.resolver().system(host);
      return answer.addresses().stream().distinct().toList();
    }
  }

  private void ask(List<Finding> found, Machine machine, IpAddress address, String what) {
    try {
      String status = machine.probe().http(address, port, host + ":" + port, what, LIMIT);
      if (!status.startsWith("HTTP/")) {
        found.add(
            Finding.error(
                "what answers at " + address + " port " + port + " is no HTTP server: " + status,
                "an HTTP client fails with it: another protocol, or TLS",
                "lo listen " + port + " tells who it is; https:// if it speaks TLS"));
      } else if (status.matches("HTTP/\\S+ 5..\\b.*")) {
        found.add(
            Finding.warning(
                "the server at " + address + " port " + port + " says: " + status,
                "it is reached, and fails by itself",
                "its own log tells more"));
      }
    } catch (IOException e) {
      found.add(
          Finding.error(
              "the server at "
                  + address
                  + " port "
                  + port
                  + " takes the connection and does not"
                  + " answer: "
                  + e.getMessage(),
              "it is stopped, too busy, or waits for TLS",
              "lo listen "
                  + port
                  + " tells who it is; a full backlog: lo ss -tl sport = :"
                  + port));
    }
  }

  /** As {@code Connection refused (127.0.0.1 and ::1)}. */
  private static String told(Map<IpAddress, String> failures) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    failures.forEach(
        (address, reason) ->
            byReason.computeIfAbsent(reason, _ -> new ArrayList<>()).add(address.toString()));
    return byReason.entrySet().stream()
        .map(each -> each.getKey() + " (" + String.join(" and ", each.getValue()) + ")")
        .collect(Collectors.joining(", "));
  }

  private Finding unreachable(Machine machine, Map<IpAddress, String> failures) throws IOException {
    String seen = "nobody can connect to " + host + " port " + port + ": " + told(failures);
    List<KernelSocket> here =
        machine.sockets().stream()
            .filter(s -> s.protocol() == Protocol.TCP && s.localPort() == port)
            .filter(KernelSocket::isListening)
            .toList();
    if (!here.isEmpty()) {
      KernelSocket first = here.getFirst();
      boolean full = first.receiveQueue() > first.sendQueue();
      return Finding.error(
          seen,
          full
              ? "somebody listens, and takes no more connections: its backlog is full"
              : "somebody listens at "
                  + first.local()
                  + ", and that is not where it is looked for,"
                  + " or a firewall is between",
          full
              ? "the server is stuck: jstack, strace; lo ss -tl sport = :" + port
              : "connect to " + first.local() + ", or let the server listen on localhost");
    }
    for (Listener each : machine.listeners()) {
      if (each.namespace() != null
          && each.socket().localPort() == port
          && each.socket().protocol() == Protocol.TCP) {
        return Finding.error(
            seen,
            "somebody listens in another network: " + ListenPrinter.line(each),
            "publish the port of the container (-p "
                + port
                + ":"
                + port
                + "), or share its"
                + " network");
      }
    }
    return Finding.error(
        seen, "no program listens on that port", "start the server; lo listen shows who listens");
  }
}
