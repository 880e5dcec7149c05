// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.loopstack.linux.ffi.Libc;

/**
 * Hands the signals that this process gets on to a program that it started. What a terminal sends
 * (Ctrl-C) goes to both without this, being one group of processes: so that is not handed on again
 * while this process is in the foreground.
 */
final class SignalRelay {
  private static final Map<String, Integer> SIGNALS =
      Map.of("HUP", 1, "INT", 2, "USR1", 10, "USR2", 12, "TERM", 15);

  private final List<String> early = new ArrayList<>();
  private long pid;

  private SignalRelay() {}

  /** Begins to keep the signals; the JVM does not end by them any more. */
  static SignalRelay begin() {
    SignalRelay relay = new SignalRelay();
    SIGNALS.keySet().forEach(name -> handle(name, () -> relay.pass(name)));
    return relay;
  }

  /** Hands on what has come and what will come. */
  synchronized void to(long newPid) {
    pid = newPid;
    early.forEach(this::pass);
    early.clear();
  }

  private synchronized void pass(String name) {
    if (pid == 0) {
      early.add(name);
    } else if (!(name.equals("INT") && isInForeground())) {
      // A program that has ended meanwhile is told nothing, and nothing is to be done about it.
      int _ = Libc.kill((int) pid, SIGNALS.getOrDefault(name, 0));
    }
  }

  /**
   * proc_pid_stat(5): behind the name in parentheses come state, ppid, pgrp, session, tty, tpgid.
   */
  private static boolean isInForeground() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false;
    }
  }

  /** By name, because javac warns of sun.misc in a way that cannot be switched off. */
  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> "SignalRelay";
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      // The JVM keeps some for itself (SIGUSR2, or all with -Xrs): then they do what they do to it.
    }
  }
}
