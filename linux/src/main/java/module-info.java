// SPDX-License-Identifier: Apache-2.0

/**
 * The operating system's door: what only Linux itself can do, through {@code java.lang.foreign}.
 */
module org.loopstack.linux {
  requires transitive org.loopstack;
  requires static transitive org.jspecify;

  // Calls of the C library, and what they answer.
  exports org.loopstack.linux.ffi;

  // Interfaces of the kernel whose other end is this process.
  exports org.loopstack.linux.tun;

  // Networks of their own inside the machine.
  exports org.loopstack.linux.namespace;

  // Looking at what passes the kernel's interfaces.
  exports org.loopstack.linux.capture;

  // The kernel's own word about its links, addresses, routes, sockets and firewall rules.
  exports org.loopstack.linux.netlink;

  // Processes: becoming another, ending those of a namespace.
  exports org.loopstack.linux.process;

  // The loopback of such a network, led through this process.
  exports org.loopstack.linux.loopback;

  // A stack on the machine's own network.
  exports org.loopstack.linux.host;

  // Sockets of the kernel that the JDK does not have.
  exports org.loopstack.linux.socket;

  // Links that carry Ethernet frames.
  exports org.loopstack.linux.ethernet;
}
