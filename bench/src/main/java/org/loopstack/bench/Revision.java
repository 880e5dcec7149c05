// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.loopstack.Stack;

/**
 * One revision of the library, from a jar or folder of its own with a class loader of its own: so
 * two of them can be measured in turns in one JVM.
 */
public final class Revision {
  /** As the first word of {@link Side#recipe}. */
  static final String KIND = "revision";

  private final String name;
  private final Path core;
  private final ClassLoader loader;

  /**
   * A revision.
   *
   * @param name how it is called
   * @param core the jar of the library, or the folder of its classes
   * @throws IOException if there is none
   */
  public Revision(String name, Path core) throws IOException {
    if (!Files.exists(core)) {
      throw new IOException("there is no " + core);
    }
    this.name = name;
    this.core = core.toAbsolutePath();
    try {
      URL[] path = {core.toUri().toURL()};
      loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
    } catch (MalformedURLException e) {
      throw new IOException(e);
    }
  }

  /** The revision that this JVM itself runs. */
  public static Revision ofThisJvm(String name) throws IOException {
    try {
      URL own = Stack.class.getProtectionDomain().getCodeSource().getLocation();
      return new Revision(name, Path.of(own.toURI()));
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /** How it is called. */
  public String name() {
    return name;
  }

  /** A new stack of this revision. */
  public Side open() {
    return open(Duration.ZERO);
  }

  private Side open(Duration busyPoll) {
    try {
      return new RevisionSide(busyPoll);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(name + ": " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + ": " + core + " is not the library: " + e, e);
    }
  }

  private final class RevisionSide implements Side {
    private final AutoCloseable stack;
    private final SelectorProvider provider;

    RevisionSide(Duration busyPoll) throws ReflectiveOperationException {
      Class<?> type = Class.forName("org.loopstack.Stack", true, loader);
      stack =
          (AutoCloseable)
              (busyPoll.isZero()
                  ? type.getMethod("create").invoke(null)
                  : createPolling(type, busyPoll));
      provider = (SelectorProvider) type.getMethod("selectorProvider").invoke(stack);
    }

    private Object createPolling(Class<?> type, Duration busyPoll)
        throws ReflectiveOperationException {
      Class<?> configuration = Class.forName("org.loopstack.StackConfiguration", true, loader);
      Object linux = configuration.getMethod("linux").invoke(null);
      Object builder = configuration.getMethod("toBuilder").invoke(linux);
      Class<?> builderType = builder.getClass();
      builderType.getMethod("busyPoll", Duration.class).invoke(builder, busyPoll);
      Object polling = builderType.getMethod("build").invoke(builder);
      return type.getMethod("create", configuration).invoke(null, polling);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<String> recipe() {
      return List.of(KIND, name, core.toString());
    }

    @Override
    public SocketChannel openSocket() throws IOException {
      return provider.openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServer() throws IOException {
      return provider.openServerSocketChannel();
    }

    @Override
    public DatagramChannel openDatagram() throws IOException {
      return provider.openDatagramChannel();
    }

    @Override
    public Selector openSelector() throws IOException {
      return provider.openSelector();
    }

    /** The boot loader is asked before the class path, which has this JVM's own revision. */
    @Override
    public List<String> javaOptions() {
      return List.of("-Xbootclasspath/a:" + core, StackSide.JVM_WIDE);
    }

    @Override
    public Side another() {
      return open();
    }

    @Override
    public Side polling() {
      return open(StackSide.BUSY_POLL);
    }

    @Override
    public long memoryBesidesHeap() {
      return 0;
    }

    @Override
    public void close() {
      try {
        stack.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
