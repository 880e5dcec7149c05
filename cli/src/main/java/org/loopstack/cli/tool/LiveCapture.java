// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.loopstack.capture.Capture;
import org.loopstack.capture.CaptureListener;
import org.loopstack.capture.CaptureOptions;
import org.loopstack.capture.CaptureServer;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.capture.CapturedStatistics;
import org.loopstack.capture.filter.CaptureFilter;
import org.loopstack.capture.filter.FilterException;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;
import org.loopstack.link.Tapped;
import org.loopstack.linux.capture.KernelTap;

/** A capture of a running stack or the machine, until Ctrl-C or the last packet that is wanted. */
public final class LiveCapture {
  private static final Pattern PLACE = Pattern.compile("(?:(.+):)?([0-9]{1,5})");

  private final Session session;
  private final Tapped first;
  private final Tapped[] others;
  private final CaptureOptions options;

  /**
   * Understands what is asked for; nothing is captured yet.
   *
   * @param device an interface, or {@code any}
   * @param filter with hosts that the stack knows
   * @param count how many packets at most
   */
  public LiveCapture(Session session, String device, String filter, long count) {
    this.session = session;
    List<Tapped> all = session.stack().captured(device);
    if (all.isEmpty()) {
      throw new UserException(ExitStatus.USAGE, "capture: there is no interface " + device);
    }
    this.first = all.getFirst();
    this.others = all.subList(1, all.size()).toArray(Tapped[]::new);
    this.options = CaptureOptions.standard().filter(parse(filter)).limit(count);
  }

  private CaptureFilter parse(String filter) {
    try {
      return CaptureFilter.parse(
          filter, name -> first.hostNames().getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    } catch (FilterException e) {
      throw new UserException(ExitStatus.USAGE, "capture: " + e.getMessage());
    }
  }

  /** Prints a line per packet. */
  public int print(PacketLines lines) throws InterruptedException {
    PrintStream out = session.out();
    CaptureListener printer =
        new CaptureListener() {
          @Override
          public void passed(CapturedPacket packet) {
            out.print(lines.of(packet));
          }

          @Override
          public void caughtUp() throws IOException {
            if (out.checkError()) {
              throw new IOException("nobody reads the output any more");
            }
          }
        };
    return run(Capture.to(printer, options, first, others));
  }

  /**
   * Writes pcapng.
   *
   * @param target a file, or {@code -} for standard output
   */
  public int write(String target) throws InterruptedException {
    if (target.equals("-")) {
      return run(capture(target, new Unclosed(session.out())));
    }
    Path file = session.directory().resolve(target);
    Capture capture;
    try {
      capture = Capture.to(file, options, first, others);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
    return run(capture);
  }

  private Capture capture(String target, OutputStream out) {
    try {
      return Capture.to(out, options, first, others);
    } catch (IOException e) {
      throw new UserException(ExitStatus.IO_ERROR, "capture: " + target + ": " + e.getMessage());
    }
  }

  /** Why a capture cannot be written to a file, and what {@code lo} exits with. */
  public static UserException unwritable(Path file, IOException e) {
    return switch (e) {
      case NoSuchFileException _ ->
          new UserException(ExitStatus.NO_INPUT, "capture: there is no directory for " + file);
      case AccessDeniedException _ ->
          new UserException(ExitStatus.NO_PERMISSION, "capture: " + file + ": permission denied");
      case FileSystemException known when known.getReason() != null ->
          new UserException(ExitStatus.IO_ERROR, "capture: " + file + ": " + known.getReason());
      default -> new UserException(ExitStatus.IO_ERROR, "capture: " + file + ": " + e.getMessage());
    };
  }

  private int run(Capture capture) throws InterruptedException {
    session.onInterrupt(capture::stop);
    say("capturing on " + names() + "; Ctrl-C ends it");
    try (capture) {
      capture.awaitEnd();
    } catch (IOException e) {
      summary(capture);
      throw new UserException(ExitStatus.IO_ERROR, "capture: " + e.getMessage());
    }
    session.out().flush();
    summary(capture);
    closeAll();
    return ExitStatus.OK;
  }

  /** What the kernel has opened for this capture, and not the interfaces of a stack. */
  private void closeAll() {
    for (KernelTap each : kernelTaps()) {
      try {
        each.close();
      } catch (IOException e) {
        // It takes nothing any more.
      }
    }
  }

  private List<KernelTap> kernelTaps() {
    return Stream.concat(Stream.of(first), Stream.of(others))
        .filter(KernelTap.class::isInstance)
        .map(KernelTap.class::cast)
        .toList();
  }

  private String names() {
    StringBuilder names = new StringBuilder(first.name());
    for (Tapped each : others) {
      names.append(", ").append(each.name());
    }
    return names.toString();
  }

  private void summary(Capture capture) {
    long seen = 0;
    for (CapturedStatistics each : capture.statistics()) {
      seen += each.received();
    }
    say(packets(capture.captured()) + " captured");
    say(packets(seen) + " passed");
    long lost = capture.lost();
    long withoutChecksum = 0;
    for (KernelTap each : kernelTaps()) {
      lost += each.dropped();
      withoutChecksum += each.withoutChecksum();
    }
    say(packets(lost) + " lost because nobody took them in time");
    if (withoutChecksum > 0) {
      say(
          packets(withoutChecksum)
              + " without a transport checksum: the kernel leaves it to the hardware, and out on"
              + " lo; here it is filled in");
    }
  }

  private static String packets(long count) {
    return count == 1 ? "1 packet" : count + " packets";
  }

  private void say(String line) {
    session.err().println(line);
  }

  /**
   * Lets others connect and see what passes.
   *
   * @param place {@code PORT} or {@code ADDRESS:PORT} of the machine
   */
  public int serve(String place) throws IOException, InterruptedException {
    InetSocketAddress address = address(place);
    ServerSocketChannel listener = SelectorProvider.provider().openServerSocketChannel();
    try {
      listener.bind(address);
    } catch (IOException e) {
      listener.close();
      int status = e instanceof BindException ? ExitStatus.TAKEN : ExitStatus.IO_ERROR;
      throw new UserException(status, "capture: " + place + ": " + e.getMessage());
    }
    CountDownLatch ended = new CountDownLatch(1);
    session.onInterrupt(ended::countDown);
    try (CaptureServer server = CaptureServer.start(listener, options, first, others)) {
      InetSocketAddress bound = (InetSocketAddress) server.address();
      say(
          "wireshark -k -i TCP@"
              + HostNames.text(bound.getAddress())
              + ":"
              + bound.getPort()
              + " shows what passes "
              + names()
              + "; Ctrl-C ends it");
      ended.await();
    }
    return ExitStatus.OK;
  }

  private static InetSocketAddress address(String place) {
    Matcher matcher = PLACE.matcher(place);
    int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 65_536;
    if (port > 65_535) {
      throw new UserException(
          ExitStatus.USAGE, "capture: --live " + place + ": is not [ADDRESS:]PORT");
    }
    String host = matcher.group(1) == null ? "127.0.0.1" : matcher.group(1);
    return new InetSocketAddress(HostNames.resolve(host, HostNames.Family.ANY).getFirst(), port);
  }

  /** Standard output outlives a capture, and tells of an error only when it is asked. */
  private static final class Unclosed extends FilterOutputStream {
    private final PrintStream target;

    Unclosed(PrintStream target) {
      super(target);
      this.target = target;
    }

    @Override
    public void write(byte[] b, int at, int length) throws IOException {
      target.write(b, at, length);
    }

    @Override
    public void flush() throws IOException {
      if (target.checkError()) {
        throw new IOException("nobody reads the output any more");
      }
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
