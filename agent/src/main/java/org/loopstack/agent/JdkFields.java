// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;

/**
 * What {@code java.net} keeps to itself and its own sockets use by the same way: {@code java.net}
 * is open to the agent.
 */
final class JdkFields {
  private static final VarHandle BUFFER_LENGTH;
  private static final VarHandle LENGTH;
  private static final VarHandle NO_DELEGATE;
  private static final VarHandle ADDRESSES;
  private static final VarHandle BINDINGS;
  private static final VarHandle BOUND_ADDRESS;
  private static final VarHandle BOUND_PREFIX;
  private static final MethodHandle NEW_INTERFACE;
  private static final MethodHandle NEW_BINDING;

  static {
    try {
      MethodHandles.Lookup packet = lookup(DatagramPacket.class);
      BUFFER_LENGTH = packet.findVarHandle(DatagramPacket.class, "bufLength", int.class);
      LENGTH = packet.findVarHandle(DatagramPacket.class, "length", int.class);
      NO_DELEGATE =
          lookup(DatagramSocket.class)
              .findStaticVarHandle(DatagramSocket.class, "NO_DELEGATE", SocketAddress.class);
      MethodHandles.Lookup nif = lookup(NetworkInterface.class);
      ADDRESSES = nif.findVarHandle(NetworkInterface.class, "addrs", InetAddress[].class);
      BINDINGS = nif.findVarHandle(NetworkInterface.class, "bindings", InterfaceAddress[].class);
      NEW_INTERFACE =
          nif.findConstructor(
              NetworkInterface.class,
              MethodType.methodType(void.class, String.class, int.class, InetAddress[].class));
      MethodHandles.Lookup binding = lookup(InterfaceAddress.class);
      BOUND_ADDRESS = binding.findVarHandle(InterfaceAddress.class, "address", InetAddress.class);
      BOUND_PREFIX = binding.findVarHandle(InterfaceAddress.class, "maskLength", short.class);
      NEW_BINDING =
          binding.findConstructor(InterfaceAddress.class, MethodType.methodType(void.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This JDK's java.net is not as expected: " + e, e);
    }
  }

  private JdkFields() {}

  private static MethodHandles.Lookup lookup(Class<?> type) throws IllegalAccessException {
    return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
  }

  /** How much a packet has room for, however short the last datagram in it was. */
  static int bufferLength(DatagramPacket packet) {
    return (int) BUFFER_LENGTH.get(packet);
  }

  /** Sets a packet's length and leaves its room as it is. */
  static void setLength(DatagramPacket packet, int length) {
    LENGTH.set(packet, length);
  }

  /** What a datagram socket is made with that does everything itself. */
  static SocketAddress noDelegate() {
    return (SocketAddress) NO_DELEGATE.get();
  }

  /** The placeholder for any interface, whose index is 0. */
  static NetworkInterface anyInterface(InetAddress any) {
    try {
      return (NetworkInterface)
          NEW_INTERFACE.invokeExact(any.getHostAddress(), 0, new InetAddress[] {any});
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives an interface other addresses, in the same order as their prefix lengths. */
  static void setAddresses(NetworkInterface on, InetAddress[] addresses, short[] prefixes) {
    InterfaceAddress[] bindings = new InterfaceAddress[addresses.length];
    for (int i = 0; i < bindings.length; i++) {
      bindings[i] = binding(addresses[i], prefixes[i]);
    }
    ADDRESSES.set(on, addresses);
    BINDINGS.set(on, bindings);
  }

  private static InterfaceAddress binding(InetAddress address, short prefix) {
    try {
      InterfaceAddress binding = (InterfaceAddress) NEW_BINDING.invokeExact();
      BOUND_ADDRESS.set(binding, address);
      BOUND_PREFIX.set(binding, prefix);
      return binding;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
