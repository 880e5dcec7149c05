// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Errno;
import org.loopstack.transport.Readiness;

/** What an option does to a connection that is there. Called with the endpoint's lock held. */
final class ConnectionOptions {
  private ConnectionOptions() {}

  /** An option has a new value, which the settings have taken in. */
  static void changed(TcpConnection c, String name, long now) {
    switch (name) {
      case "SO_RCVBUF" -> c.receiver.window().setCapacity(c.settings.receiveBuffer);
      case "SO_SNDBUF" -> c.sender.writeRoom.announce();
      case "SO_RCVLOWAT" -> {
        c.receiver.window().expect(c.settings.lowWater);
        if ((UserCalls.readiness(c) & Readiness.READ) != 0) {
          c.raise(Readiness.READ);
        }
      }
      case "SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTERVAL", "TCP_KEEPCOUNT" -> c.armKeepAlive();
      case "TCP_NODELAY" -> {
        if (c.settings.noDelay) {
          c.sender.push(now);
        }
      }
      case "TCP_CORK" -> {
        if (!c.settings.cork && c.settings.noDelay) {
          c.sender.push(now);
        } else if (!c.settings.cork) {
          c.sender.output(now);
        }
      }
      case "IP_OPTIONS" -> {
        c.out.optionsChanged();
        c.settle(now);
      }
      case "TCP_QUICKACK" -> c.receiver.setQuickAck(c.settings.quickAck, now);
      case "TCP_CONGESTION" -> setCongestion(c);
      case "TCP_USER_TIMEOUT_OPTION" -> {
        c.userTimeout.announce();
        if (c.userTimeout.isPending() && c.tcb.state.isSynchronized()) {
          c.sendAck(now);
        }
      }
      default -> {}
    }
  }

  private static void setCongestion(TcpConnection c) {
    String wanted = c.settings.congestion;
    if (!c.sender.congestion().name().equals(wanted)) {
      c.sender.recovery.setCongestion(CongestionControls.create(wanted, c.configuration));
    }
  }

  /** The value of an option that a connection knows better than the settings, or else theirs. */
  static Object value(TcpConnection c, String name, long now) {
    return switch (name) {
      case "TCP_INFO" -> TcpInfoReader.of(c, now);
      case "SO_ERROR" -> number(c.takeError());
      case "TCP_MAXSEG" ->
          c.tcb.state == TcpState.CLOSED ? c.settings.get(name) : (Object) c.tcb.sndMss;
      case "SO_RCVBUF" -> c.receiver.capacity();
      case "TCP_QUICKACK" -> c.receiver.isQuickAck();
      case "TCP_URGENT_BYTE" -> c.receiver.urgent.takeByte();
      case "TCP_AT_MARK" -> c.receiver.urgent.isNext();
      default -> c.settings.get(name);
    };
  }

  private static int number(@Nullable Errno error) {
    return error == null ? 0 : error.number();
  }
}
