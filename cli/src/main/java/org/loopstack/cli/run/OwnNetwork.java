// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.process.Exec;

/**
 * A network of its own for a program. Root makes one by itself. Anybody else needs a user namespace
 * around it, which a process with several threads, as every JVM is, cannot enter (unshare(2)): so
 * this process becomes {@code unshare}, which becomes this command again, in there.
 */
public final class OwnNetwork {
  /** Set in the second life: the network namespace of the first. */
  private static final String INSIDE = "lo.inside";

  private static final List<String> UNSHARE =
      List.of("unshare", "--map-current-user", "--keep-caps", "--net", "--");

  private OwnNetwork() {}

  /**
   * A new network, with a loopback that is down. May not return: this process may become another,
   * that begins anew and gets here again.
   *
   * @param keepNet whether the machine's network will be asked for
   * @throws UserException where that is not possible, with what would allow it
   */
  public static NetworkNamespace open(boolean keepNet) throws IOException {
    String outside = System.getProperty(INSIDE);
    if (outside != null) {
      return inside(outside);
    }
    try {
      return NetworkNamespace.create();
    } catch (LinuxException e) {
      if (e.errno() != Errno.EPERM.number()) {
        throw new UserException(
            ExitStatus.UNAVAILABLE, e.getMessage() + "; the kernel needs CONFIG_NET_NS");
      }
    }
    tryUnshare();
    throw Exec.replaceBy(again(keepNet ? "-D" + Outside.PROPERTY + "=" + Outside.start() : null));
  }

  /** Whether this is the second life, in which the machine's network is out of reach. */
  public static boolean isInside() {
    return System.getProperty(INSIDE) != null;
  }

  /** All processes of the namespace end with the program, so it must not be the machine's. */
  private static NetworkNamespace inside(String outside) throws IOException {
    NetworkNamespace network = NetworkNamespace.ofProcess();
    if (network.identity().equals(outside)) {
      network.close();
      throw new UserException(ExitStatus.UNAVAILABLE, "unshare made no network of its own");
    }
    return network;
  }

  /** This command once more, in new namespaces. */
  private static List<String> again(@Nullable String more) throws IOException {
    byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    String[] words = new String(line, charset).split("\0", -1);
    List<String> command = new ArrayList<>(UNSHARE);
    command.add(Path.of("/proc/self/exe").toRealPath().toString());
    command.add("-D" + INSIDE + "=" + Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    if (more != null) {
      command.add(more);
    }
    // The last word ends with a zero, too.
    command.addAll(Arrays.asList(words).subList(1, words.length - 1));
    return command;
  }

  private static void tryUnshare() throws IOException {
    List<String> command = new ArrayList<>(UNSHARE);
    command.add("true");
    Process trial;
    try {
      trial = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UserException(
          ExitStatus.UNAVAILABLE,
          "without root this needs the program unshare, of util-linux 2.38 or newer; install it, or"
              + " run this as root");
    }
    trial.getOutputStream().close();
    String said = new String(trial.getInputStream().readAllBytes(), Charset.defaultCharset());
    try {
      if (trial.waitFor() == 0) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new UserException(
        ExitStatus.NO_PERMISSION,
        "a user namespace is not allowed here ("
            + said.lines().findFirst().orElse("no reason given")
            + "); "
            + remedy());
  }

  /** Which of the known policies it is. */
  private static String remedy() {
    if (variable("kernel/apparmor_restrict_unprivileged_userns", "0").equals("1")) {
      return "run this as root, or allow it to everybody:"
          + " sysctl kernel.apparmor_restrict_unprivileged_userns=0";
    }
    if (variable("kernel/unprivileged_userns_clone", "1").equals("0")) {
      return "run this as root, or allow it to everybody:"
          + " sysctl kernel.unprivileged_userns_clone=1";
    }
    if (variable("user/max_user_namespaces", "1").equals("0")) {
      return "run this as root, or allow some: sysctl user.max_user_namespaces=10000";
    }
    return "run this as root; in a container give it --cap-add SYS_ADMIN --cap-add NET_ADMIN and"
        + " --security-opt seccomp=unconfined";
  }

  private static String variable(String name, String otherwise) {
    // In one read: the kernel gives nothing to a second.
    try (InputStream in = Files.newInputStream(Path.of("/proc/sys", name))) {
      return new String(in.readNBytes(100), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      // This kernel has no such switch.
      return otherwise;
    }
  }

  /** What could not be set up in the new network, and what would allow it. */
  public static UserException explain(IOException e) {
    String what = String.valueOf(e.getMessage());
    if (e instanceof java.nio.file.FileSystemException file) {
      return new UserException(
          ExitStatus.NO_PERMISSION,
          "cannot set "
              + file.getFile()
              + (file.getReason() == null ? "" : ": " + file.getReason())
              + "; a container needs /proc/sys writable: docker run --security-opt"
              + " systempaths=unconfined");
    }
    if (!(e instanceof LinuxException linux)) {
      return new UserException(ExitStatus.UNAVAILABLE, what);
    }
    boolean tun = what.contains("/dev/net/tun");
    int errno = linux.errno();
    if (tun && errno == Errno.EACCES.number()) {
      return new UserException(
          ExitStatus.NO_PERMISSION,
          what + "; run this as root, or let everybody open it: chmod 666 /dev/net/tun");
    }
    if (tun && (errno == Errno.ENOENT.number() || errno == Errno.ENODEV.number())) {
      return new UserException(
          ExitStatus.UNAVAILABLE,
          what
              + "; load the kernel's module: modprobe tun; a container needs --device"
              + " /dev/net/tun");
    }
    if (errno == Errno.EPERM.number() || errno == Errno.EACCES.number()) {
      return new UserException(
          ExitStatus.NO_PERMISSION,
          what
              + "; this needs CAP_NET_ADMIN: run it as root, in a container with --cap-add"
              + " NET_ADMIN --device /dev/net/tun");
    }
    return new UserException(ExitStatus.UNAVAILABLE, what);
  }
}
