// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Block;
import org.loopstack.buffer.Slice;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Route;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/**
 * The user's side of a {@link TcpConnection}: the calls, with payload copied outside the lock, and
 * the options. What the stack asks of an endpoint is in {@link TcpShell}.
 */
final class TcpEndpoint extends TcpShell implements StreamEndpoint {
  /** Whether {@code bind} has been called, or need not be. */
  private boolean bound;

  /** Whether the settings are nobody else's. */
  private boolean ownSettings;

  /** Bytes that surely have room; only the one writer reads and writes it. */
  private int grant;

  private final WriterBlock writerBlock = new WriterBlock();

  /** An endpoint for an outgoing connection. */
  TcpEndpoint(TcpProtocol protocol, AddressFamily family) {
    super(protocol, family);
  }

  /** An endpoint for a connection that a peer has asked a listener for. */
  TcpEndpoint(
      TcpProtocol protocol,
      TcpSettings settings,
      PortTable.Claim claim,
      HalfOpen beginning,
      boolean early) {
    super(protocol, settings, claim, beginning, early);
    this.bound = true;
  }

  /** An endpoint for a connection in TIME-WAIT of which there was a record. */
  TcpEndpoint(TcpProtocol protocol, TimeWait record) {
    super(protocol, record);
    this.bound = true;
  }

  // ---- what the connection tells its user ----

  @Override
  public void raise(int bits) {
    if ((bits & Readiness.DRAINED) != 0) {
      writerBlock.drop();
    }
    super.raise(bits);
  }

  @Override
  public boolean offerAccepted(long now) {
    TcpListener parent = listener;
    TcpConnection c = connection();
    if (parent == null || c == null) {
      return false;
    }
    if (parent.isClosed()) {
      c.abort(Errno.ECONNABORTED, now);
      return false;
    }
    reserved = false;
    if (!parent.enqueue(this)) {
      c.abort(Errno.ECONNABORTED, now);
      return false;
    }
    return true;
  }

  // ---- the user's calls ----

  @Override
  public void bind(TransportAddress local) throws ErrnoException {
    long now = enter();
    try {
      if (bound) {
        throw new ErrnoException(Errno.EINVAL);
      }
      claim = protocol.bind(local, family, settings);
      bound = true;
    } finally {
      exit(now);
    }
  }

  @Override
  public void connect(TransportAddress remote) throws ErrnoException {
    Occupant replaced = null;
    long now = enter();
    try {
      TcpConnection c = connection();
      if (c != null) {
        throw new ErrnoException(c.tcb.state.isSynchronized() ? Errno.EISCONN : Errno.EALREADY);
      }
      replaced = begin(remote, now);
    } finally {
      exit(now);
    }
    if (replaced != null) {
      replaced.replaced();
    }
  }

  private @Nullable Occupant begin(TransportAddress remote, long now) throws ErrnoException {
    if (settings.v6Only && remote.address().isIpv4()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    IpAddress from = claim == null ? anyOf(remote.address()) : claim.address();
    if (from.isAny()) {
      from = anyOf(remote.address());
    } else if (from.isIpv4() != remote.address().isIpv4()) {
      throw new ErrnoException(from.isIpv4() ? Errno.EAFNOSUPPORT : Errno.ENETUNREACH);
    }
    // RFC 9293 section 3.9.2.3, MUST-46: no active OPEN to a broadcast or multicast address. Linux
    // looks at the group before the scope, for which the route would refuse it with EINVAL.
    if (remote.address().isMulticast()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    IpOptions options = IpOptions.of(settings.ipOptions, null, remote.address());
    Route route =
        protocol
            .internet()
            .route(IpOptions.firstHop(options, remote.address()), from, remote.interfaceIndex());
    if (route.isBroadcast()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    // The unspecified address stands for this host, which the route has found.
    TransportAddress far =
        options == null ? new TransportAddress(route.destination(), remote.port()) : remote;
    TcpProtocol.Registration registration =
        protocol.register(this, claim, route.source(), far, settings, now);
    claim = registration.claim();
    FourTuple tuple = registration.ends();
    ends = tuple;
    TcpConnection c =
        new TcpConnection(
            protocol.configuration(), settings, protocol.internet(), tuple, route, this);
    adopt(c, now);
    if (settings.fastOpenConnect) {
      c.fastOpening.connect(protocol.fastOpen(), tuple.remote(), now);
    }
    long secret = protocol.isn().secret(tuple);
    c.open(
        IsnGenerator.initialSequenceNumber(secret, now), IsnGenerator.timestampOffset(secret), now);
    return registration.replaced();
  }

  private static IpAddress anyOf(IpAddress remote) {
    return remote.isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
  }

  @Override
  public boolean finishConnect() throws ErrnoException {
    long now = enter();
    try {
      TcpConnection c = connected();
      Errno error = c.takeError();
      if (error != null) {
        throw new ErrnoException(error);
      }
      return c.wasEstablished() || c.isEarly();
    } finally {
      exit(now);
    }
  }

  @Override
  public @Nullable TransportAddress localAddress() {
    FourTuple t = ends;
    PortTable.Claim c = claim;
    if (t != null) {
      return new TransportAddress(t.local(), t.localPort());
    }
    return c == null ? null : new TransportAddress(c.address(), c.port());
  }

  @Override
  public @Nullable TransportAddress remoteAddress() {
    FourTuple t = ends;
    return t == null ? null : new TransportAddress(t.remote(), t.remotePort());
  }

  @Override
  public int read(ByteBuffer target) throws ErrnoException {
    if (!target.hasRemaining()) {
      return 0;
    }
    Slice data = receive(target.remaining());
    if (data == null || data == UserCalls.END) {
      return data == null ? 0 : -1;
    }
    int count = 0;
    for (Slice s = data; s != null; s = s.next()) {
      target.put(s.array(), s.offset(), s.length());
      count += s.length();
      s.release();
    }
    return count;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws ErrnoException {
    int room = (int) Math.min(remaining(targets, offset, length), 1 << 30);
    if (room == 0) {
      return 0;
    }
    Slice data = receive(room);
    if (data == null || data == UserCalls.END) {
      return data == null ? 0 : -1;
    }
    long count = 0;
    int i = offset;
    for (Slice s = data; s != null; s = s.next()) {
      for (int done = 0; done < s.length(); ) {
        ByteBuffer target = targets[i];
        int n = Math.min(target.remaining(), s.length() - done);
        target.put(s.array(), s.offset() + done, n);
        done += n;
        count += n;
        if (done < s.length()) {
          i++;
        }
      }
      s.release();
    }
    return count;
  }

  private @Nullable Slice receive(int limit) throws ErrnoException {
    long now = enterToReceive();
    try {
      takeMail(now);
      return UserCalls.receive(connected(), limit, now);
    } finally {
      exit(now);
    }
  }

  private static long remaining(ByteBuffer[] buffers, int offset, int length) {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += buffers[i].remaining();
    }
    return sum;
  }

  @Override
  public int available() {
    long now = enter();
    try {
      TcpConnection c = connectionToLookAt();
      return c == null ? 0 : c.receiver.urgent.available();
    } finally {
      exit(now);
    }
  }

  @Override
  public int write(ByteBuffer source) throws ErrnoException {
    int granted = granted(source.remaining());
    for (int left = granted; left > 0; ) {
      int n = Math.min(left, Block.SIZE);
      Block block = blockFor(n);
      if (block == null) {
        byte[] run = new byte[n];
        source.get(run);
        send(run);
      } else {
        int at = block.fill(n);
        source.get(block.array(), at, n);
        send(block, at, n);
      }
      left -= n;
    }
    return granted;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws ErrnoException {
    int wanted = (int) Math.min(remaining(sources, offset, length), 1 << 30);
    int granted = granted(wanted);
    int i = offset;
    for (int left = granted; left > 0; ) {
      int n = Math.min(left, Block.SIZE);
      Block block = blockFor(n);
      byte[] run = block == null ? new byte[n] : block.array();
      int at = block == null ? 0 : block.fill(n);
      for (int end = at + n, to = at; to < end; ) {
        int part = Math.min(sources[i].remaining(), end - to);
        sources[i].get(run, to, part);
        to += part;
        if (to < end) {
          i++;
        }
      }
      if (block == null) {
        send(run);
      } else {
        send(block, at, n);
      }
      left -= n;
    }
    return granted;
  }

  /** The block for so many bytes, or null if they are to have an array of their size. */
  private @Nullable Block blockFor(int length) {
    boolean streaming = settings.sendBuffer - grant >= WriterBlock.STREAM;
    return writerBlock.take(protocol.blocks(), length, streaming);
  }

  /**
   * How many of so many bytes can be written now. What was free after the last write still is, as
   * acknowledgments only make more of it: only if that is not enough, the lock is taken to ask.
   */
  private int granted(int wanted) throws ErrnoException {
    if (grant < wanted || wanted == 0) {
      long now = enter();
      try {
        TcpConnection c = sending();
        UserCalls.checkSend(c);
        grant = c.sender.writeRoom.ask(wanted);
      } finally {
        exit(now);
      }
    }
    return Math.min(grant, wanted);
  }

  /** Sends an array that is full and nobody else's. The copying is done; now the lock is taken. */
  private void send(byte[] run) throws ErrnoException {
    long now = enter();
    try {
      TcpConnection c = sending();
      UserCalls.send(c, run, run.length, now);
      grant = c.sender.writeRoom.ask(0);
    } finally {
      exit(now);
    }
  }

  /** The same for bytes in a block. */
  private void send(Block block, int offset, int length) throws ErrnoException {
    long now = enter();
    try {
      TcpConnection c = sending();
      UserCalls.send(c, block, offset, length, now);
      writerBlock.keep(block);
      grant = c.sender.writeRoom.ask(0);
    } finally {
      exit(now);
    }
  }

  @Override
  public boolean isCrowded() {
    return protocol.memory().isCrowded();
  }

  @Override
  public boolean writeUrgent(byte value) throws ErrnoException {
    if (granted(1) == 0) {
      return false;
    }
    long now = enter();
    try {
      UserCalls.sendUrgent(connected(), value, now);
      grant = connected().sender.writeRoom.ask(0);
      return true;
    } finally {
      exit(now);
    }
  }

  @Override
  public void shutdownInput() throws ErrnoException {
    long now = enter();
    try {
      UserCalls.shutdownInput(connected());
    } finally {
      exit(now);
    }
  }

  @Override
  public void shutdownOutput() throws ErrnoException {
    long now = enter();
    try {
      connected().closeOutput(now);
      note(Readiness.WRITE);
    } finally {
      exit(now);
    }
  }

  @Override
  public void abort() {
    close(true);
  }

  @Override
  public void close() {
    close(settings.linger == 0);
  }

  private void close(boolean reset) {
    long now = enter();
    try {
      if (orphan) {
        return;
      }
      orphan = true;
      TcpConnection c = connection();
      if (c == null) {
        releaseClaim();
        return;
      }
      if (c.tcb.state == TcpState.CLOSED) {
        releaseClaim();
      }
      UserCalls.close(c, reset, now);
      leaveRecord(c, now);
    } finally {
      exit(now);
    }
  }

  @Override
  public boolean isDrained() {
    return (readiness() & Readiness.DRAINED) != 0;
  }

  @Override
  public int readiness() {
    long now = enter();
    try {
      TcpConnection c = connectionToLookAt();
      if (isRecorded()) {
        return Readiness.ALL;
      }
      return c == null ? 0 : UserCalls.readiness(c);
    } finally {
      exit(now);
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, @Nullable T value) throws ErrnoException {
    long now = enter();
    try {
      family.check(option);
      boolean late =
          switch (option.name()) {
            case "IPV6_V6ONLY" -> claim != null;
            case "TCP_FASTOPEN_CONNECT" -> hasBegun();
            default -> false;
          };
      if (late) {
        throw new ErrnoException(Errno.EINVAL);
      }
      // Before the settings change: it was packed with those that it had.
      TcpConnection c = connection();
      TcpSettings own = ownSettings ? settings : new TcpSettings(settings);
      own.set(option, value);
      settings = own;
      ownSettings = true;
      if (claim != null) {
        claim.setReuseAddress(settings.reuseAddress);
        claim.setReusePort(settings.reusePort);
      }
      if (c != null) {
        c.setSettings(own);
        ConnectionOptions.changed(c, option.name(), now);
      }
    } finally {
      exit(now);
    }
  }

  @Override
  public <T> @Nullable T option(SocketOption<T> option) throws ErrnoException {
    long now = enter();
    try {
      family.check(option);
      String name = option.name();
      TcpConnection c = name.equals("TCP_INFO") ? connectionToLookAt() : connection();
      if (c == null && name.equals("TCP_INFO")) {
        return option.type().cast(TcpInfoReader.without(TcpState.CLOSED, 0, 0));
      }
      return option
          .type()
          .cast(c == null ? settings.get(name) : ConnectionOptions.value(c, name, now));
    } finally {
      exit(now);
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return TcpSettings.streamOptions(family);
  }

  /** As Linux: who writes to nobody has a broken pipe. */
  private TcpConnection sending() throws ErrnoException {
    TcpConnection c = connection();
    if (c == null) {
      throw new ErrnoException(Errno.EPIPE);
    }
    return c;
  }

  private TcpConnection connected() throws ErrnoException {
    TcpConnection c = connection();
    if (c == null) {
      throw new ErrnoException(Errno.ENOTCONN);
    }
    return c;
  }
}
