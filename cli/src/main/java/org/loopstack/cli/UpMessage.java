// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import org.jspecify.annotations.Nullable;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.service.EchoService;
import org.loopstack.cli.service.HttpService;
import org.loopstack.cli.tool.AddressPrinter;
import org.loopstack.linux.host.HostInterface;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.PortMapping.Protocol;
import org.loopstack.wire.IpAddress;

/** What {@code lo up} says when the stack is up: its interface, and what to type. */
final class UpMessage {
  private UpMessage() {}

  static String of(
      StackName name, HostedStack hosted, @Nullable HostInterface onMachine, boolean background) {
    StringBuilder text = new StringBuilder(AddressPrinter.text(hosted.stack().interfaces()));
    text.append("\nThe stack \"").append(name).append("\" is up.");
    StringBuilder toType = new StringBuilder();
    for (PortMapping mapping : hosted.published()) {
      if (mapping.hostPort() != mapping.port()) {
        text.append("\nIts port ").append(mapping.port()).append('/');
        text.append(mapping.protocol().text()).append(" is published at port ");
        text.append(mapping.hostPort()).append(" of this machine.");
      }
      append(toType, mapping, hosted.isPublishedOnInet6());
    }
    if (onMachine != null) {
      append(text, toType, onMachine);
    }
    text.append(onMachine == null ? ' ' : '\n');
    text.append("Type, in another terminal:\n\n").append(toType);
    String lo = Environment.command();
    text.append("  ").append(lo).append(" -n ").append(name).append(" ping -c 3 127.0.0.1\n");
    if (background) {
      text.append("\nTo take it down: ").append(lo).append(" down ").append(name).append('\n');
    } else {
      text.append("\nCtrl-C takes it down.\n");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, StringBuilder toType, HostInterface onMachine) {
    IpAddress ipv4 = onMachine.ipv4();
    text.append("\nEvery program of this machine reaches it at ").append(ipv4);
    if (onMachine.ipv6() != null) {
      text.append(" and ").append(onMachine.ipv6());
    }
    text.append(", by the interface ").append(onMachine.name()).append('.');
    if (ipv4.isLoopback()) {
      text.append("\nWarning: the kernel takes ").append(ipv4);
      text.append(" from ").append(onMachine.name());
      text.append(" (route_localnet), and programs that trust 127/8 as this machine's own trust");
      text.append(" what this stack sends from it.");
    }
    append(toType, "ping -c 3 " + ipv4);
    append(toType, "curl -v http://" + ipv4 + ":" + HttpService.PORT + "/");
    if (onMachine.ipv6() != null) {
      append(toType, "curl -v http://[" + onMachine.ipv6() + "]:" + HttpService.PORT + "/");
    }
  }

  private static void append(StringBuilder text, PortMapping mapping, boolean inet6) {
    int port = mapping.hostPort();
    if (mapping.protocol() == Protocol.TCP && mapping.port() == HttpService.PORT) {
      append(text, "curl -v http://127.0.0.1:" + port + "/");
      if (inet6) {
        append(text, "curl -v http://[::1]:" + port + "/");
      }
    } else if (mapping.protocol() == Protocol.TCP && mapping.port() == EchoService.PORT) {
      append(text, "telnet 127.0.0.1 " + port);
    }
  }

  private static void append(StringBuilder text, String line) {
    text.append("  ").append(line).append('\n');
  }
}
