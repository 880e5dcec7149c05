// SPDX-License-Identifier: Apache-2.0

/** A TCP/IP host stack for the JVM, built around its loopback interface. */
module org.loopstack {
  requires static transitive org.jspecify;

  // For IP_DONTFRAGMENT and the options of keep-alive, where the runtime image has it.
  requires static jdk.net;

  // For the Flight Recorder's events, where the runtime image has it.
  requires static jdk.jfr;

  // The roof.
  exports org.loopstack;

  // Channels and sockets; the class that a JVM is pointed at to put all NIO on one stack.
  exports org.loopstack.socket;

  // The link interface and what crosses it.
  exports org.loopstack.link;

  // What passed, in files and in memory.
  exports org.loopstack.capture;
  exports org.loopstack.capture.filter;

  // Making the network misbehave on purpose.
  exports org.loopstack.fault;

  // Packet buffers, as a link sees them.
  exports org.loopstack.buffer;

  // Time and chance, for those who want them virtual.
  exports org.loopstack.engine;

  // What the options of a socket tell.
  exports org.loopstack.transport.info;

  // Headers and addresses.
  exports org.loopstack.wire;
}
