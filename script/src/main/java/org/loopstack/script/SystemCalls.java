// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.tcp.TcpStatus;
import org.loopstack.wire.IpAddress;

/** The system calls that make, name, connect and end sockets; {@link Transfers} has the rest. */
final class SystemCalls {
  /** What calls need of the run. */
  interface Target {
    ScriptHost host();

    Settings settings();

    /** From here on packets of the script belong to this flow. */
    void underTest(Flow flow);

    /** The flow between these ends, or null. */
    @Nullable Flow flow(TransportAddress local, TransportAddress remote);
  }

  private final Target target;
  private final Descriptors descriptors = new Descriptors();
  private final Transfers transfers;
  private final PollCalls polls;
  private final FileCalls files;

  SystemCalls(Target target) {
    this.target = target;
    this.transfers = new Transfers(target);
    this.polls = new PollCalls(target, descriptors);
    this.files = new FileCalls(descriptors, transfers);
  }

  /** The files that scripts read from. */
  FileCalls files() {
    return files;
  }

  /** Lets every socket tell what has become of what was sent. */
  void settle(long time) {
    for (Descriptor each : descriptors.all()) {
      if (each instanceof ScriptSocket socket) {
        socket.settle(time, target.host());
      }
    }
  }

  /** Prepares a call. */
  PreparedCall prepare(CallSpec call, Position at) {
    return switch (call.name()) {
      case "socket" -> PreparedCall.immediate(() -> socket(call, at));
      case "bind" -> PreparedCall.immediate(() -> bind(call, at));
      case "listen" -> PreparedCall.immediate(() -> listen(call, at));
      case "accept" -> accept(call, at);
      case "connect" -> connect(call, at);
      case "shutdown" -> PreparedCall.immediate(() -> shutdown(call, at));
      case "close" -> close(call, at);
      case "fcntl" -> PreparedCall.immediate(() -> fcntl(call, at));
      case "ioctl" -> PreparedCall.immediate(() -> ioctl(call, at));
      case "poll" -> polls.poll(call, at);
      case "epoll_create", "epoll_create1" -> PreparedCall.immediate(() -> polls.create(call, at));
      case "epoll_ctl" -> PreparedCall.immediate(() -> polls.control(call, at));
      case "epoll_wait", "epoll_pwait" -> polls.await(call, at);
      case "open" -> PreparedCall.immediate(() -> files.open(call, at));
      case "pipe" -> PreparedCall.immediate(() -> files.pipe(call, at));
      case "sendfile" -> files.sendFile(call, at);
      case "splice" -> files.splice(call, at);
      case "setsockopt" ->
          PreparedCall.immediate(
              () ->
                  SocketOptions.set(
                      socketOf(call, at), option(call, at), argument(call, 3, at), at));
      case "getsockopt" ->
          PreparedCall.immediate(
              () ->
                  SocketOptions.get(
                      socketOf(call, at), option(call, at), argument(call, 3, at), at));
      case "read", "readv", "recv", "recvfrom", "recvmsg" ->
          transfers.receive(socketOf(call, at), call, at);
      case "write", "writev", "send", "sendto", "sendmsg" ->
          isFastOpen(call) ? fastOpen(call, at) : transfers.send(socketOf(call, at), call, at);
      default ->
          throw ScriptException.unsupported(at, "system call " + call.name() + " is not supported");
    };
  }

  /** What the option TCP_INFO gives for the flow's latest socket, or null if there is none. */
  @Nullable Object info(Flow flow, Position at) {
    ScriptSocket latest = null;
    for (Descriptor each : descriptors.all()) {
      if (each instanceof ScriptSocket socket && socket.flow == flow && socket.listener == null) {
        latest = socket;
      }
    }
    return latest == null ? null : SocketOptions.value(latest, "TCP_INFO", at);
  }

  static Expression argument(CallSpec call, int index, Position at) {
    if (index >= call.arguments().size()) {
      throw ScriptException.failed(at, call.name() + " has too few arguments");
    }
    return call.arguments().get(index);
  }

  private static String option(CallSpec call, Position at) {
    if (argument(call, 2, at) instanceof Expression.Name(String name)) {
      return name;
    }
    throw ScriptException.failed(at, "an option has a name");
  }

  private ScriptSocket socketOf(CallSpec call, Position at) {
    return descriptors.socket(Symbols.number(argument(call, 0, at), at), at);
  }

  private TransportAddress local() {
    Settings s = target.settings();
    return new TransportAddress(s.localIp, s.bindPort);
  }

  private TransportAddress remote() {
    Settings s = target.settings();
    return new TransportAddress(s.remoteIp, s.connectPort);
  }

  private Outcome socket(CallSpec call, Position at) throws ErrnoException {
    Expression domain = argument(call, 0, at);
    AddressFamily family = target.settings().family();
    if (!(domain instanceof Expression.Anything)) {
      boolean ipv6 = Symbols.number(domain, at) == Symbols.value("AF_INET6");
      family = ipv6 ? AddressFamily.INET6 : AddressFamily.INET;
    }
    Expression type = argument(call, 1, at);
    ScriptSocket socket = new ScriptSocket(family, target.settings().isIpv6OnTheWire());
    if (Expressions.has(type, "SOCK_STREAM")) {
      socket.stream = target.host().tcp.openStream(family);
    } else if (Expressions.has(type, "SOCK_DGRAM")
        && !Expressions.has(argument(call, 2, at), "IPPROTO_ICMP")) {
      socket.datagram = target.host().udp.openDatagram(family);
    } else {
      throw ScriptException.unsupported(at, "only TCP and UDP sockets are supported");
    }
    socket.nonBlocking = Expressions.has(type, "SOCK_NONBLOCK");
    return descriptors.open(socket, call, at);
  }

  private Outcome bind(CallSpec call, Position at) throws ErrnoException {
    ScriptSocket socket = socketOf(call, at);
    TransportAddress address = Expressions.address(argument(call, 1, at), local(), at);
    socket.endpoint().bind(address);
    socket.bound = socket.endpoint().localAddress();
    if (socket.datagram != null) {
      Settings s = target.settings();
      TransportAddress peer = new TransportAddress(s.remoteIp, s.connectPort);
      underTest(socket, new Flow(true, Flow.Origin.PASSIVE, bound(socket), peer));
    }
    return Outcome.ZERO;
  }

  private TransportAddress bound(ScriptSocket socket) {
    TransportAddress bound = socket.endpoint().localAddress();
    IpAddress ip = target.settings().localIp;
    return bound == null || bound.address().isAny()
        ? new TransportAddress(ip, bound == null ? 0 : bound.port())
        : bound;
  }

  private void underTest(ScriptSocket socket, Flow flow) {
    socket.flow = flow;
    target.underTest(flow);
  }

  private Outcome listen(CallSpec call, Position at) throws ErrnoException {
    ScriptSocket socket = socketOf(call, at);
    StreamEndpoint stream = socket.stream;
    if (stream == null) {
      return Outcome.error("EOPNOTSUPP");
    }
    ListenerEndpoint listener = socket.listener;
    if (listener == null) {
      if (stream.remoteAddress() != null) {
        return Outcome.error("EINVAL");
      }
      stream.close();
      listener = target.host().tcp.openListener(socket.family);
      socket.inherit(listener, true);
      if (socket.bound != null) {
        listener.bind(socket.bound);
      }
    }
    listener.listen((int) Symbols.number(argument(call, 1, at), at));
    socket.listener = listener;
    TransportAddress nobody = new TransportAddress(target.settings().remoteIp, 0);
    underTest(socket, new Flow(false, Flow.Origin.LISTENING, bound(socket), nobody));
    return Outcome.ZERO;
  }

  private PreparedCall accept(CallSpec call, Position at) {
    ScriptSocket socket = socketOf(call, at);
    ListenerEndpoint listener = socket.listener;
    if (listener == null) {
      return PreparedCall.immediate(() -> Outcome.error("EINVAL"));
    }
    return PreparedCall.waiting(
        !socket.nonBlocking,
        () -> {
          StreamEndpoint child = listener.accept();
          return child == null ? null : accepted(socket, child, call, at);
        });
  }

  private Outcome accepted(ScriptSocket parent, StreamEndpoint child, CallSpec call, Position at)
      throws ErrnoException {
    ScriptSocket socket = new ScriptSocket(parent.family, target.settings().isIpv6OnTheWire());
    socket.stream = child;
    socket.connected = true;
    parent.inherit(child, false);
    socket.settings.addAll(parent.settings);
    socket.buffers.putAll(parent.buffers);
    socket.lingerSeconds = parent.lingerSeconds;
    socket.zeroCopy = parent.zeroCopy;
    socket.tellsQueue = parent.tellsQueue;
    TransportAddress local = child.localAddress();
    TransportAddress remote = child.remoteAddress();
    if (local != null && remote != null) {
      socket.flow = target.flow(local, remote);
    }
    return descriptors.open(socket, call, at);
  }

  private PreparedCall connect(CallSpec call, Position at) {
    ScriptSocket socket = socketOf(call, at);
    TransportAddress address = Expressions.address(argument(call, 1, at), remote(), at);
    DatagramEndpoint datagram = socket.datagram;
    if (datagram != null) {
      return PreparedCall.immediate(() -> connect(socket, datagram, address));
    }
    StreamEndpoint stream = socket.stream;
    if (stream == null || socket.listener != null) {
      return PreparedCall.immediate(() -> Outcome.error("EISCONN"));
    }
    boolean first = !socket.connecting;
    boolean[] begun = {!first};
    return new PreparedCall(
        () -> {
          if (!begun[0]) {
            begun[0] = true;
            begin(socket, stream, address);
          }
          if (!stream.finishConnect()) {
            return null;
          }
          socket.connecting = false;
          socket.connected = true;
          return Outcome.ZERO;
        },
        !socket.nonBlocking,
        Outcome.error(first ? "EINPROGRESS" : "EALREADY"),
        Clock.NEVER);
  }

  private static boolean isFastOpen(CallSpec call) {
    int flags = call.name().equals("sendmsg") ? 2 : 3;
    return call.arguments().size() > flags
        && Expressions.has(call.arguments().get(flags), "MSG_FASTOPEN");
  }

  /** "MSG_FASTOPEN ... the sendto or sendmsg call acts as both connect and send" (tcp(7)). */
  private PreparedCall fastOpen(CallSpec call, Position at) {
    ScriptSocket socket = socketOf(call, at);
    StreamEndpoint stream = socket.stream;
    if (stream == null || socket.listener != null || socket.connected || socket.connecting) {
      return PreparedCall.immediate(() -> Outcome.error("EISCONN"));
    }
    if (Expressions.isName(argument(call, 1, at), "NULL")) {
      return PreparedCall.immediate(() -> Outcome.error("EFAULT"));
    }
    Expression peer =
        call.arguments().size() > 4 ? call.arguments().get(4) : new Expression.Anything();
    if (Expressions.isName(peer, "AF_UNSPEC")) {
      return PreparedCall.immediate(() -> Outcome.error("EOPNOTSUPP"));
    }
    TransportAddress address = Expressions.address(peer, remote(), at);
    FastOpenSend.Steps steps =
        new FastOpenSend.Steps() {
          @Override
          public void connect() throws ErrnoException {
            begin(socket, stream, address);
          }

          @Override
          public PreparedCall send() {
            return transfers.send(socket, call, at);
          }
        };
    return new PreparedCall(
        new FastOpenSend(socket, stream, target.host(), steps),
        !socket.nonBlocking,
        Outcome.error("EINPROGRESS"),
        Clock.NEVER);
  }

  private void begin(ScriptSocket socket, StreamEndpoint stream, TransportAddress address)
      throws ErrnoException {
    if (!socket.connected) {
      TransportAddress from = new TransportAddress(target.settings().localIp, 0);
      underTest(socket, new Flow(false, Flow.Origin.ACTIVE, from, address));
    }
    stream.connect(address);
    socket.connecting = true;
    TransportAddress local = stream.localAddress();
    Flow flow = socket.flow;
    if (local != null && flow != null) {
      flow.localIp = local.address();
      flow.localPort = local.port();
    }
  }

  private Outcome connect(ScriptSocket socket, DatagramEndpoint datagram, TransportAddress address)
      throws ErrnoException {
    datagram.connect(address);
    underTest(socket, new Flow(true, Flow.Origin.ACTIVE, bound(socket), address));
    return Outcome.ZERO;
  }

  private Outcome shutdown(CallSpec call, Position at) throws ErrnoException {
    ScriptSocket socket = socketOf(call, at);
    StreamEndpoint stream = socket.stream;
    if (stream == null) {
      throw ScriptException.unsupported(at, "only streams are shut down");
    }
    long how = Symbols.number(argument(call, 1, at), at);
    if (how < 0 || how > 2) {
      return Outcome.error("EINVAL");
    }
    if (how != 1) {
      stream.shutdownInput();
    }
    if (how != 0) {
      stream.shutdownOutput();
      socket.outputShut = true;
    }
    return Outcome.ZERO;
  }

  private PreparedCall close(CallSpec call, Position at) {
    long number = Symbols.number(argument(call, 0, at), at);
    descriptors.get(number, at);
    if (!(descriptors.remove(number) instanceof ScriptSocket socket)) {
      return PreparedCall.immediate(() -> Outcome.ZERO);
    }
    StreamEndpoint stream = socket.listener == null ? socket.stream : null;
    boolean lingers = stream != null && socket.lingerSeconds > 0 && socket.connected;
    boolean[] closed = {false};
    long now = target.host().clock.nanos();
    return new PreparedCall(
        () -> {
          if (!closed[0]) {
            closed[0] = true;
            socket.endpoint().close();
          }
          return stream == null || !lingers || stream.isDrained() ? Outcome.ZERO : null;
        },
        lingers && !socket.nonBlocking,
        Outcome.ZERO,
        lingers ? now + socket.lingerSeconds * 1_000_000_000L : Clock.NEVER);
  }

  private Outcome fcntl(CallSpec call, Position at) {
    ScriptSocket socket = socketOf(call, at);
    Expression command = argument(call, 1, at);
    if (Expressions.isName(command, "F_SETFL")) {
      long flags = Symbols.number(argument(call, 2, at), at);
      socket.nonBlocking = (flags & Symbols.value("O_NONBLOCK")) != 0;
      return Outcome.ZERO;
    }
    if (Expressions.isName(command, "F_GETFL")) {
      long flags = Symbols.value("O_RDWR");
      long wanted = Symbols.number(call.result(), at);
      // FreeBSD's O_NONBLOCK has another bit.
      long nonBlocking = (wanted & 4) != 0 ? 4 : Symbols.value("O_NONBLOCK");
      return Outcome.of(socket.nonBlocking ? flags | nonBlocking : flags);
    }
    throw ScriptException.unsupported(at, "fcntl knows F_GETFL and F_SETFL only");
  }

  private Outcome ioctl(CallSpec call, Position at) throws ErrnoException {
    ScriptSocket socket = socketOf(call, at);
    StreamEndpoint stream = socket.stream;
    long request = Symbols.number(argument(call, 1, at), at);
    if (stream == null || socket.listener != null) {
      return Outcome.error("EINVAL");
    }
    long value;
    if (request == Symbols.value("SIOCINQ")) {
      value = stream.available();
    } else if (request == Symbols.value("SIOCOUTQ")) {
      TransportAddress local = stream.localAddress();
      TransportAddress remote = stream.remoteAddress();
      TcpStatus status =
          local == null || remote == null ? null : target.host().status(local, remote);
      value = status == null ? 0 : status.sendQueue();
    } else if (request == Symbols.value("SIOCATMARK")) {
      value = Boolean.TRUE.equals(stream.option(TransportOptions.TCP_AT_MARK)) ? 1 : 0;
    } else {
      throw ScriptException.unsupported(at, "ioctl knows SIOCINQ, SIOCOUTQ and SIOCATMARK only");
    }
    Expression wanted = Expressions.single(argument(call, 2, at));
    return wanted instanceof Expression.Anything || Symbols.number(wanted, at) == value
        ? Outcome.ZERO
        : Outcome.different("the value is " + value);
  }
}
