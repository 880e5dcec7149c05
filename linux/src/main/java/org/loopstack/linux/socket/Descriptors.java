// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.SocketAddresses;
import org.loopstack.wire.IpAddress;

/**
 * Which of this process's descriptors a socket of the JDK's has. The JDK does not tell; but the
 * kernel tells the two ends of every descriptor, and no other socket has the same.
 */
final class Descriptors {
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final int SOL_SOCKET = 1;
  private static final int SO_PROTOCOL = 38;
  private static final int IPPROTO_TCP = 6;

  private Descriptors() {}

  /**
   * Finds it. The caller sees to it that the socket is not closed meanwhile, so that the descriptor
   * is nobody else's.
   *
   * @param local what the socket is bound to
   * @param remote what it is connected to, or null
   * @throws IOException if there is none, or more than one: listeners that share a port
   */
  static int of(@Nullable SocketAddress local, @Nullable SocketAddress remote) throws IOException {
    if (!(local instanceof InetSocketAddress own) || own.getAddress() == null) {
      throw new IllegalStateException("The socket is not bound yet: connect or bind it first");
    }
    int found = -1;
    String inode = "";
    try (DirectoryStream<Path> open = Files.newDirectoryStream(OPEN);
        Arena arena = Arena.ofConfined()) {
      for (Path each : open) {
        String target = target(each);
        int fd = Integer.parseInt(each.getFileName().toString());
        // The same socket may have several descriptors.
        if (target.startsWith("socket:")
            && !target.equals(inode)
            && isTcp(arena, fd)
            && has(arena, fd, own, remote)) {
          if (found >= 0) {
            throw new IOException("Several sockets of this process are bound to " + own);
          }
          found = fd;
          inode = target;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    if (found < 0) {
      throw new ClosedChannelException();
    }
    return found;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      // Closed meanwhile; the directory's own was one of them.
      return "";
    }
  }

  private static boolean isTcp(Arena arena, int fd) {
    MemorySegment value = arena.allocate(JAVA_INT);
    MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
    return Libc.getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, value, length) == 0
        && value.get(JAVA_INT, 0) == IPPROTO_TCP;
  }

  private static boolean has(
      Arena arena, int fd, InetSocketAddress local, @Nullable SocketAddress remote) {
    MemorySegment address = arena.allocate(128, 8);
    MemorySegment length = arena.allocateFrom(JAVA_INT, 128);
    if (Libc.getsockname(fd, address, length) < 0 || !isThis(address, local)) {
      return false;
    }
    length.set(JAVA_INT, 0, 128);
    boolean connected = Libc.getpeername(fd, address, length) == 0;
    return remote instanceof InetSocketAddress other
        ? connected && isThis(address, other)
        : !connected;
  }

  /** A socket of both families bound to nothing in particular is told as one of either. */
  private static boolean isThis(MemorySegment encoded, InetSocketAddress socket) {
    if (!SocketAddresses.isInternet(encoded) || SocketAddresses.port(encoded) != socket.getPort()) {
      return false;
    }
    IpAddress one = SocketAddresses.address(encoded);
    IpAddress other = IpAddress.of(socket.getAddress());
    return one.equals(other) || one.isAny() && other.isAny();
  }
}
