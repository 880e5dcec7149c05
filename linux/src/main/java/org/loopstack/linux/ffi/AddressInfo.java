// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.wire.IpAddress;

/**
 * What the C library makes of a name, {@code getaddrinfo(3)}: the way of every program that is not
 * Java's, by /etc/hosts, DNS or whatever nsswitch.conf(5) says.
 */
@SuppressWarnings("restricted") // native access is what this module is for
public final class AddressInfo {
  private static final int HINTS = 48;
  private static final int SOCK_TYPE = 8;
  private static final int SOCK_STREAM = 1;
  private static final int ADDRESS_AT = 24;
  private static final int NEXT_AT = 40;

  private static final MethodHandle GETADDRINFO =
      handle("getaddrinfo", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle FREEADDRINFO =
      handle("freeaddrinfo", FunctionDescriptor.ofVoid(ADDRESS));
  private static final MethodHandle GAI_STRERROR =
      handle("gai_strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private AddressInfo() {}

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    MemorySegment symbol =
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(
                () -> new UnsupportedOperationException("The C library has no function " + name));
    return linker.downcallHandle(symbol, descriptor);
  }

  /**
   * The addresses of a name, in the order in which a program tries them. Blocks as long as the C
   * library does, which may be many seconds, and cannot be interrupted.
   *
   * @throws UnknownHostException with the C library's reason
   */
  public static List<IpAddress> resolve(String name) throws UnknownHostException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment hints = arena.allocate(HINTS, 8);
      hints.set(JAVA_INT, SOCK_TYPE, SOCK_STREAM);
      MemorySegment result = arena.allocate(ADDRESS);
      int error =
          (int)
              GETADDRINFO.invokeExact(arena.allocateFrom(name), MemorySegment.NULL, hints, result);
      if (error != 0) {
        throw new UnknownHostException(name + ": " + text(error));
      }
      MemorySegment first = result.get(ADDRESS, 0);
      try {
        return read(first);
      } finally {
        FREEADDRINFO.invokeExact(first);
      }
    } catch (UnknownHostException e) {
      throw e;
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  private static List<IpAddress> read(MemorySegment first) {
    List<IpAddress> all = new ArrayList<>();
    MemorySegment at = first;
    while (!at.equals(MemorySegment.NULL)) {
      MemorySegment info = at.reinterpret(HINTS);
      int family = info.get(JAVA_INT, 4);
      if (family == SocketAddresses.AF_INET || family == SocketAddresses.AF_INET6) {
        MemorySegment address = info.get(ADDRESS, ADDRESS_AT);
        all.add(SocketAddresses.address(address.reinterpret(SocketAddresses.MAX_LENGTH)));
      }
      at = info.get(ADDRESS, NEXT_AT);
    }
    return all;
  }

  private static String text(int error) throws Throwable {
    MemorySegment text = (MemorySegment) GAI_STRERROR.invokeExact(error);
    return text.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
