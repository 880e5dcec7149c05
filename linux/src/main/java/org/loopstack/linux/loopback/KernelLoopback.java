// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.loopback;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.fault.Faults;
import org.loopstack.link.LinkCounters;
import org.loopstack.link.LinkFilter;
import org.loopstack.link.LinkPassage;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkTaps;
import org.loopstack.link.LinkVerdict;
import org.loopstack.link.Tapped;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.TrafficControl;
import org.loopstack.linux.namespace.TrafficControl.Redirection;
import org.loopstack.linux.tun.Device;
import org.loopstack.linux.tun.TunDevice;
import org.loopstack.linux.tun.VethDevice;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;

/**
 * The interface {@code lo} of a network namespace, led through this process. Everything sent on it,
 * to 127/8, ::1 and any other address of the namespace, comes here and goes back, as if it arrived
 * on {@code lo}: past fault rules and taps, with right checksums, in order where no rule changes
 * it. Only the kernel's own copies of multicast datagrams stay inside the kernel. While there is no
 * rule, no tap and no stack that shares it, the kernel cuts nothing into segments and computes no
 * checksum, and several segments of one sender that come as one are counted as one.
 *
 * <p>Ports can be given to a stack of ours, which then answers there: {@link #share}.
 *
 * <p>How: a TUN is this process's end. What {@code lo} sends is redirected to it, what is written
 * to it is received by {@code lo}. A datagram loses its route on the way, so that it is routed anew
 * when it comes in, where 127/8 would be a martian on any other interface: hence {@code
 * route_localnet} and {@code accept_local} of {@code lo} alone. When this process ends, the TUN
 * goes, and the loopback leads nowhere until the redirection is removed, or the namespace ends.
 *
 * <p>Safe for use by many threads.
 */
public final class KernelLoopback implements LinkPassage, Tapped, Closeable {
  /** What the kernel gives a loopback, in bytes. */
  public static final int DEFAULT_MTU = 65_536;

  private static final String LO = "lo";

  /** Datagrams that wait for this process: more than all windows of a busy loopback hold. */
  private static final int QUEUE_LENGTH = 8192;

  private final Device device;
  private final NetworkNamespace namespace;
  private final LinkTaps taps = new LinkTaps();
  private final LinkCounters counters = new LinkCounters(true);
  private final Engine engine = Engine.system();
  private final Faults faults;
  private volatile @Nullable LinkFilter filter;
  private volatile @Nullable SharedLoopback shared;
  private volatile @Nullable LinuxException failure;
  private @Nullable Thread carrier;
  private int mtu;

  private KernelLoopback(Device device, NetworkNamespace namespace, @Nullable Long seed) {
    this.device = device;
    this.namespace = namespace;
    this.faults = new Faults(this, engine, seed);
  }

  /**
   * Brings the loopback of a namespace up and leads it through this process from now on.
   *
   * @param namespace one that was made for this: never the machine's own
   * @param mtu of {@code lo}, in bytes; a little less where the device carries no more
   * @param seed what is random in fault rules follows from, or null
   * @throws LinuxException EACCES or EPERM where that is not allowed, and what the kernel says
   *     where a part of it is missing
   */
  public static KernelLoopback lead(NetworkNamespace namespace, int mtu, @Nullable Long seed)
      throws IOException {
    return lead(namespace, open(namespace), mtu, seed);
  }

  /** By a device, which is the loopback's from here on. */
  static KernelLoopback lead(
      NetworkNamespace namespace, Device device, int mtu, @Nullable Long seed) throws IOException {
    KernelLoopback loopback = new KernelLoopback(device, namespace, seed);
    try {
      loopback.setUp(mtu);
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
    Thread carrier = Thread.ofPlatform().daemon().name("loopstack-lo").unstarted(loopback::carry);
    loopback.carrier = carrier;
    carrier.start();
    return loopback;
  }

  /** A TUN, or where that cannot be opened, a virtual Ethernet. */
  private static Device open(NetworkNamespace namespace) throws IOException {
    try {
      return namespace.call(() -> TunDevice.openOffloading(TunDevice.Kind.TUN, "lotun%d"));
    } catch (LinuxException noTun) {
      try {
        return VethDevice.open(namespace, "loveth");
      } catch (IOException e) {
        noTun.addSuppressed(e);
        throw noTun;
      }
    }
  }

  private void setUp(int wanted) throws IOException {
    Interfaces interfaces = new Interfaces(namespace);
    String tun = device.name();
    setIfThere("ipv6/conf/" + tun + "/disable_ipv6");
    // The loopback without addresses first: nothing passes before all is in its place.
    interfaces.setQueueLength(tun, QUEUE_LENGTH);
    interfaces.setUp(tun);
    TrafficControl traffic = new TrafficControl(namespace);
    int lo = interfaces.index(LO);
    int other = interfaces.index(tun);
    traffic.addHooks(lo);
    traffic.addHooks(other);
    traffic.redirect(Redirection.SENT, lo, other);
    traffic.redirect(Redirection.RECEIVED, other, lo);
    namespace.setVariable("ipv4/conf/lo/route_localnet", "1");
    namespace.setVariable("ipv4/conf/lo/accept_local", "1");
    mtu = Math.min(wanted, device.maxMtu());
    interfaces.setMtu(LO, mtu);
    adapt();
    interfaces.setUp(LO);
  }

  /** A kernel without IPv6 has no such variable. */
  private void setIfThere(String variable) throws IOException {
    try {
      namespace.setVariable(variable, "1");
    } catch (java.nio.file.NoSuchFileException e) {
      // Nothing to switch off.
    }
  }

  /** Carries until the device is stopped. */
  private void carry() {
    try (Arena arena = Arena.ofConfined();
        device) {
      MemorySegment buffer = arena.allocate(Device.MAX_LENGTH, 8);
      int at = device.datagramAt();
      for (int read; (read = device.read(buffer)) >= 0; ) {
        int length = read - at;
        if (length <= 0) {
          continue;
        }
        counters.transmitted(length);
        // What is unfinished was sent before anybody looked.
        if (isUnwatched() || device.isUnfinished(buffer)) {
          if (!device.writeBack(buffer, read)) {
            counters.transmitError();
          }
        } else {
          byte[] datagram = new byte[length];
          MemorySegment.copy(buffer, JAVA_BYTE, at, datagram, 0, length);
          pass(Packet.wrap(datagram, 0, length));
        }
      }
    } catch (LinuxException e) {
      failure = e;
    }
  }

  private boolean isUnwatched() {
    return filter == null && taps.isEmpty() && shared == null;
  }

  /** While nobody looks at the datagrams the kernel is spared finishing them. */
  private void adapt() {
    synchronized (taps) {
      boolean on = isUnwatched();
      try {
        device.setOffload(on);
      } catch (LinuxException e) {
        failure = e;
      }
    }
  }

  /** Sends a datagram of the stack's that shares this loopback. */
  void send(Packet packet) {
    counters.transmitted(packet);
    pass(packet);
  }

  private void pass(Packet packet) {
    LinkFilter by = filter;
    if (by != null) {
      by.take(LinkTap.Direction.OUT, packet);
      return;
    }
    proceed(LinkTap.Direction.OUT, packet, null);
  }

  @Override
  public void proceed(LinkTap.Direction direction, Packet packet, @Nullable LinkVerdict verdict) {
    if (verdict == null) {
      taps.pass(direction, packet);
    } else {
      taps.pass(direction, packet, verdict);
    }
    SharedLoopback stack = shared;
    if (stack != null && stack.takes(packet)) {
      stack.receive(packet);
    } else if (!device.write(packet)) {
      counters.transmitError();
    }
  }

  @Override
  public void drop(
      LinkTap.Direction direction,
      Packet packet,
      DropReason reason,
      @Nullable LinkVerdict verdict) {
    if (verdict != null) {
      taps.pass(direction, packet, verdict);
    }
    counters.dropped(reason);
    taps.dropped(packet, reason);
  }

  /**
   * Gives ports to a stack. Its loopback is the link that this returns, for {@link
   * org.loopstack.Stack#create(org.loopstack.StackConfiguration, org.loopstack.link.Link)}; what
   * the kernel's programs send to these ports, over TCP and UDP, the stack receives, and its
   * answers go to them.
   *
   * @throws IllegalStateException if that was done before
   */
  public SharedLoopback share(int... ports) {
    if (shared != null) {
      throw new IllegalStateException("This loopback is shared with a stack already");
    }
    SharedLoopback made = new SharedLoopback(this, ports);
    shared = made;
    adapt();
    return made;
  }

  @Override
  public String name() {
    return LO;
  }

  @Override
  public String stackName() {
    return "kernel";
  }

  @Override
  public Map<String, List<IpAddress>> hostNames() {
    return Map.of("localhost", List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK));
  }

  @Override
  public Clock clock() {
    return engine.clock();
  }

  /** The MTU of {@code lo}, in bytes. */
  public int mtu() {
    return mtu;
  }

  /** What goes wrong here on purpose. */
  public Faults faults() {
    return faults;
  }

  /** What has passed and what was thrown away. */
  public LinkCounters counters() {
    return counters;
  }

  /** Why nothing is carried any more, though it is open, or null. */
  public @Nullable LinuxException failure() {
    return failure;
  }

  @Override
  public void addTap(LinkTap tap) {
    taps.add(tap);
    adapt();
  }

  @Override
  public boolean removeTap(LinkTap tap) {
    boolean removed = taps.remove(tap);
    adapt();
    return removed;
  }

  @Override
  public void setFilter(@Nullable LinkFilter newFilter) {
    filter = newFilter;
    adapt();
  }

  @Override
  public boolean isLoopback() {
    return true;
  }

  @Override
  public boolean isWatched() {
    return !taps.isEmpty();
  }

  /**
   * Ends it: what was redirected goes the kernel's own way again, so that programs that are left in
   * the namespace have a loopback.
   *
   * @throws IOException if the redirection could not be removed
   */
  @Override
  public void close() throws IOException {
    faults.shutDown();
    try {
      new TrafficControl(namespace).removeHooks(new Interfaces(namespace).index(LO));
    } finally {
      device.stop();
      awaitCarrier();
      taps.end();
    }
  }

  private void awaitCarrier() {
    Thread thread = carrier;
    if (thread == null || thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
