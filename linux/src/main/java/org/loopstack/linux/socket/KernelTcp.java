// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.netlink.TcpInfoFormat;
import org.loopstack.transport.info.TcpInfo;

/**
 * What Linux knows of the TCP of a socket of the JDK's and the JDK does not show (tcp(7)). Sockets
 * of a stack have options for the same: {@link org.loopstack.StackSocketOptions}.
 *
 * <p>The socket must be bound or connected, and must not be closed while this looks. To choose a
 * congestion control before the connection begins, bind first, to port 0 if any will do.
 */
public final class KernelTcp {
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int TCP_CONGESTION = 13;
  private static final int INFO_LENGTH = 512;
  private static final int NAME_LENGTH = 16;

  private final int fd;

  private KernelTcp(int fd) {
    this.fd = fd;
  }

  /**
   * That of a channel.
   *
   * @throws IllegalStateException if it is not bound yet
   * @throws java.nio.channels.ClosedChannelException if it is closed, or none of the kernel's
   */
  public static KernelTcp of(SocketChannel channel) throws IOException {
    return new KernelTcp(Descriptors.of(channel.getLocalAddress(), channel.getRemoteAddress()));
  }

  /** As {@link #of(SocketChannel)}, for one that listens. */
  public static KernelTcp of(ServerSocketChannel channel) throws IOException {
    return new KernelTcp(Descriptors.of(channel.getLocalAddress(), null));
  }

  /** As {@link #of(SocketChannel)}. */
  public static KernelTcp of(Socket socket) throws IOException {
    return new KernelTcp(
        Descriptors.of(socket.getLocalSocketAddress(), socket.getRemoteSocketAddress()));
  }

  /** As {@link #of(SocketChannel)}, for one that listens. */
  public static KernelTcp of(ServerSocket socket) throws IOException {
    return new KernelTcp(Descriptors.of(socket.getLocalSocketAddress(), null));
  }

  /** What TCP_INFO tells; what this kernel does not tell yet is zero. */
  public TcpInfo info() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(INFO_LENGTH, 8);
      MemorySegment length = arena.allocateFrom(JAVA_INT, INFO_LENGTH);
      LinuxException.check(Libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, value, length), "TCP_INFO");
      byte[] bytes = value.asSlice(0, length.get(JAVA_INT, 0)).toArray(JAVA_BYTE);
      TcpInfo info = TcpInfoFormat.parse(ByteBuffer.wrap(bytes));
      if (info == null) {
        throw new IOException("TCP_INFO of " + bytes.length + " bytes is not understood");
      }
      return info;
    }
  }

  /** The congestion control, as {@code cubic} or {@code reno}. */
  public String congestionControl() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_LENGTH + 1);
      MemorySegment length = arena.allocateFrom(JAVA_INT, NAME_LENGTH);
      LinuxException.check(
          Libc.getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, length), "TCP_CONGESTION");
      return name.getString(0);
    }
  }

  /**
   * Chooses the congestion control; connections that a listener accepts begin with its own.
   *
   * @throws LinuxException ENOENT if the kernel has none of that name, EPERM if it is not among
   *     {@code net.ipv4.tcp_allowed_congestion_control} and this user may not choose another
   */
  public void setCongestionControl(String name) throws LinuxException {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length == 0 || bytes.length >= NAME_LENGTH) {
      throw new IllegalArgumentException(
          "The name of a congestion control has 1 to 15 characters: " + name);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, value, JAVA_BYTE, 0, bytes.length);
      LinuxException.check(
          Libc.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value),
          "use the congestion control " + name);
    }
  }
}
