// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

/**
 * The directory with one socket per running stack. It belongs to one user and nobody else can look
 * into it. A stack lives exactly as long as somebody listens on its socket; a socket on which
 * nobody does is what a dead stack left.
 */
public final class RuntimeDirectory {
  private static final Set<PosixFilePermission> PRIVATE_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> PRIVATE_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(EnumSet.copyOf(PRIVATE_DIRECTORY));
  private static final String SUFFIX = ".sock";
  // File locks are the process's, so threads of one process need a lock besides.
  private static final Object IN_PROCESS = new Object();

  private final Path path;

  private RuntimeDirectory(Path path) {
    this.path = path;
  }

  /**
   * The user's directory: {@code $XDG_RUNTIME_DIR/loopstack}, or {@code /tmp/loopstack-UID} where
   * there is no such variable or no such directory. It is made if need be.
   *
   * @param environment the environment variables
   * @throws UserException if it is somebody else's or others can look into it
   */
  public static RuntimeDirectory of(Map<String, String> environment) {
    String xdg = environment.get("XDG_RUNTIME_DIR");
    if (xdg != null && !xdg.isEmpty() && Files.isDirectory(Path.of(xdg))) {
      return at(Path.of(xdg, "loopstack"));
    }
    return at(Path.of("/tmp", "loopstack-" + new UnixSystem().getUid()));
  }

  /** As {@link #of}, at a place of the caller's choice. */
  public static RuntimeDirectory at(Path path) {
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PRIVATE_DIRECTORY));
    } catch (FileAlreadyExistsException e) {
      // The ordinary case; what is there is checked below.
    } catch (IOException e) {
      throw new UserException(
          ExitStatus.NO_PERMISSION, "cannot make the directory " + path + ": " + reason(e));
    }
    check(path);
    return new RuntimeDirectory(path);
  }

  private static void check(Path path) {
    PosixFileAttributes attributes;
    long owner;
    try {
      attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      owner =
          ((Number) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue()
              & 0xffff_ffffL;
    } catch (IOException e) {
      throw new UserException(
          ExitStatus.NO_PERMISSION, "cannot look at " + path + ": " + reason(e));
    }
    if (!attributes.isDirectory()) {
      throw refused(path, "is not a directory");
    }
    if (owner != (new UnixSystem().getUid() & 0xffff_ffffL)) {
      throw refused(path, "belongs to " + attributes.owner().getName());
    }
    if (attributes.permissions().stream().anyMatch(OTHERS::contains)) {
      throw refused(path, "can be entered by others (chmod 700 mends that)");
    }
  }

  private static UserException refused(Path path, String why) {
    return new UserException(
        ExitStatus.NO_PERMISSION, path + " " + why + ", so no stack is managed there");
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** The names that have a socket, sorted, whether or not their stack lives. */
  public List<StackName> names() {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(path, "*" + SUFFIX)) {
      for (Path socket : sockets) {
        String file = socket.getFileName().toString();
        String name = file.substring(0, file.length() - SUFFIX.length());
        if (StackName.isValid(name)) {
          found.add(name);
        }
      }
    } catch (IOException e) {
      throw new UserException(ExitStatus.IO_ERROR, "cannot read " + path + ": " + reason(e));
    }
    return found.stream().sorted().map(StackName::new).toList();
  }

  /**
   * Connects to a stack.
   *
   * @return the connection, or null if there is no such stack or it is dead
   */
  public @Nullable SocketChannel connect(StackName name) {
    try {
      return SocketChannel.open(address(name));
    } catch (ConnectException e) {
      return null;
    } catch (SocketException e) {
      if (!Files.exists(socket(name), LinkOption.NOFOLLOW_LINKS)) {
        return null;
      }
      throw unusable(name, e);
    } catch (IOException e) {
      throw unusable(name, e);
    }
  }

  /**
   * Takes a name: from now on whoever connects is heard on the channel returned. What a dead stack
   * of that name left is removed.
   *
   * @throws UserException if a stack of that name lives
   */
  public ServerSocketChannel claim(StackName name) {
    return locked(
        () -> {
          if (isAlive(name)) {
            throw new UserException(
                ExitStatus.TAKEN, "a stack named \"" + name + "\" is running already");
          }
          Files.deleteIfExists(socket(name));
          ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
          try {
            channel.bind(address(name));
            Files.setPosixFilePermissions(socket(name), PRIVATE_FILE);
            return channel;
          } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
          }
        });
  }

  /**
   * Gives a name back that {@link #claim} took.
   *
   * @param channel what claim returned; it is closed
   */
  public void release(StackName name, ServerSocketChannel channel) {
    locked(
        () -> {
          if (channel.isOpen()) {
            Files.deleteIfExists(socket(name));
            channel.close();
          }
          return true;
        });
  }

  /**
   * Removes what a dead stack left.
   *
   * @return whether there was something
   */
  public boolean removeLeftover(StackName name) {
    return locked(() -> !isAlive(name) && Files.deleteIfExists(socket(name)));
  }

  private boolean isAlive(StackName name) throws IOException {
    SocketChannel connection = connect(name);
    if (connection == null) {
      return false;
    }
    connection.close();
    return true;
  }

  private Path socket(StackName name) {
    return path.resolve(name + SUFFIX);
  }

  private UnixDomainSocketAddress address(StackName name) {
    return UnixDomainSocketAddress.of(socket(name));
  }

  private UserException unusable(StackName name, IOException e) {
    return new UserException(
        ExitStatus.UNAVAILABLE, "cannot use " + socket(name) + ": " + reason(e));
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  /** Between looking whether a socket is dead and taking its place nobody else may do the same. */
  private <T> T locked(Action<T> action) {
    synchronized (IN_PROCESS) {
      try (FileChannel file =
          FileChannel.open(
              path.resolve(".lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PRIVATE_FILE))) {
        var lock = file.lock();
        try {
          return action.run();
        } finally {
          lock.release();
        }
      } catch (IOException e) {
        throw new UserException(ExitStatus.IO_ERROR, "cannot use " + path + ": " + reason(e));
      }
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such directory";
      default -> String.valueOf(e.getMessage());
    };
  }
}
