// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.machine.MachineProcess;

/** What should usually not be reached from outside: by its port, or by how it was started. */
final class Exposure {
  private static final String COMMANDS = "whoever connects can run commands here";
  private static final String NO_PASSWORD = "it asks for no password unless told to";
  private static final String DATA = "a database is for its own programs";

  /**
   * A service that belongs inside.
   *
   * @param name what it is
   * @param why it should not be reached
   */
  private record Service(String name, String why) {}

  private static final Map<Integer, Service> TCP = new TreeMap<>();
  private static final Map<Integer, Service> UDP = new TreeMap<>();

  static {
    put(COMMANDS, "Docker's API without TLS", 2375);
    put(COMMANDS, "the port of JDWP, Java's debugger", 5005, 8787);
    put(COMMANDS, "the port of Node's inspector", 9229);
    put(COMMANDS, "the port of Python's debugpy", 5678);
    put(COMMANDS, "the port of delve, Go's debugger", 2345);
    put(COMMANDS, "a port of RMI and JMX", 1099);
    put(COMMANDS, "the port of adb", 5555);
    put(COMMANDS, "the kubelet", 10250, 10255);
    put(COMMANDS, "Jupyter", 8888);
    put(COMMANDS, "Selenium or a WebDriver", 4444, 9515);
    put(COMMANDS, "Chrome's remote debugging", 9222);
    put(COMMANDS, "Consul", 8500);
    put(COMMANDS, "X11", 6000);
    put(COMMANDS, "telnet", 23);
    put(NO_PASSWORD, "Redis", 6379);
    put(NO_PASSWORD, "memcached", 11211);
    put(NO_PASSWORD, "etcd", 2379, 2380);
    put(NO_PASSWORD, "ZooKeeper", 2181);
    put(NO_PASSWORD, "Kafka", 9092);
    put(NO_PASSWORD, "Elasticsearch or OpenSearch", 9200, 9300);
    put(NO_PASSWORD, "Prometheus", 9090);
    put(NO_PASSWORD, "rsync", 873);
    put(DATA, "MySQL or MariaDB", 3306, 33060);
    put(DATA, "PostgreSQL", 5432);
    put(DATA, "MongoDB", 27017, 27018, 27019);
    put(DATA, "Microsoft SQL Server", 1433);
    put(DATA, "Oracle Database", 1521);
    put(DATA, "CouchDB", 5984);
    put(DATA, "Cassandra", 7000, 9042);
    put(DATA, "InfluxDB", 8086);
    put(DATA, "ClickHouse", 8123, 9000);
    put(DATA, "Neo4j", 7474, 7687);
    put(DATA, "RabbitMQ", 5672, 15672);
    put("it lends out files", "NFS", 2049);
    put("it lends out files", "SMB", 139, 445);
    put("it tells about all other RPC services", "rpcbind", 111);
    UDP.put(11211, new Service("memcached", "it answers more than it is asked: an amplifier"));
    UDP.put(111, new Service("rpcbind", "it answers more than it is asked: an amplifier"));
    UDP.put(69, new Service("TFTP", "it lends out files"));
    UDP.put(161, new Service("SNMP", "it tells about the machine"));
  }

  private record Started(Pattern commandLine, Service service) {}

  /** Told by the command line, whatever the port. */
  private static final List<Started> STARTED =
      List.of(
          new Started(
              Pattern.compile("-agentlib:jdwp=|-Xrunjdwp:"),
              new Service("a JVM with a debugger's port", COMMANDS)),
          new Started(
              Pattern.compile("-Dcom\\.sun\\.management\\.jmxremote\\.port="),
              new Service("a JVM with a port for JMX", COMMANDS)),
          new Started(
              Pattern.compile("(^|/)node .*--inspect"),
              new Service("Node with an inspector", COMMANDS)),
          new Started(Pattern.compile("(^|/)redis-server\\b"), new Service("Redis", NO_PASSWORD)),
          new Started(Pattern.compile("(^|/)memcached\\b"), new Service("memcached", NO_PASSWORD)),
          new Started(Pattern.compile("-m debugpy|(^|/)dlv "), new Service("a debugger", COMMANDS)),
          new Started(
              Pattern.compile("(^|/)(mysqld|mariadbd|postgres|mongod)\\b"),
              new Service("a database", DATA)));

  private Exposure() {}

  private static void put(String why, String name, int... ports) {
    for (int port : ports) {
      TCP.put(port, new Service(name, why));
    }
  }

  /**
   * Why it should not be reached from outside, or null.
   *
   * @param processes who has the socket, as far as known
   */
  static @Nullable String warning(
      boolean tcp, int port, Scope scope, List<MachineProcess> processes) {
    if (scope == Scope.MACHINE) {
      return null;
    }
    Service service = tcp ? started(port, processes) : null;
    if (service == null) {
      service = (tcp ? TCP : UDP).get(port);
    }
    if (service == null) {
      return null;
    }
    return service.name
        + " can be reached by "
        + (scope == Scope.LINK ? "the hosts of this link" : "everybody")
        + ": "
        + service.why
        + "; bind it to 127.0.0.1";
  }

  private static @Nullable Service started(int port, List<MachineProcess> processes) {
    for (MachineProcess process : processes) {
      String line = process.commandLine();
      for (Started each : STARTED) {
        boolean debugger = each.service.why.equals(COMMANDS);
        // A JVM may serve its users at another port than its debugger's.
        boolean here = !debugger || Pattern.compile("\\b" + port + "\\b").matcher(line).find();
        if (each.commandLine.matcher(line).find() && here) {
          return each.service;
        }
      }
    }
    return null;
  }
}
