// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

/**
 * The exit statuses of {@code lo}: those of {@code sysexits.h} for what is the same for all
 * commands, Linux's error numbers for what happens to a connection, and those of the model program
 * where a command copies one (ping, curl). {@code docs/lo.md} lists them.
 */
public final class ExitStatus {
  /** All went well. */
  public static final int OK = 0;

  /** The command line is wrong; also what ping and curl say. */
  public static final int USAGE = 2;

  /** EX_NOINPUT: a file or directory that was named is not there. */
  public static final int NO_INPUT = 66;

  /** EX_NOHOST: the name of a host means nothing here. */
  public static final int NO_HOST = 68;

  /** EX_UNAVAILABLE: there is no such stack, or it does not answer. */
  public static final int UNAVAILABLE = 69;

  /** EX_SOFTWARE: a bug of ours. */
  public static final int SOFTWARE = 70;

  /** EX_CANTCREAT: the name or the port is taken. */
  public static final int TAKEN = 73;

  /** EX_IOERR: reading or writing failed. */
  public static final int IO_ERROR = 74;

  /** EX_NOPERM: somebody else's. */
  public static final int NO_PERMISSION = 77;

  /** EADDRNOTAVAIL of Linux. */
  public static final int ADDRESS_NOT_AVAILABLE = 99;

  /** ENETUNREACH of Linux. */
  public static final int UNREACHABLE = 101;

  /** ECONNRESET of Linux. */
  public static final int RESET = 104;

  /** ETIMEDOUT of Linux. */
  public static final int TIMEOUT = 110;

  /** ECONNREFUSED of Linux. */
  public static final int REFUSED = 111;

  /** 128 + SIGHUP: the terminal was closed. */
  public static final int HANGUP = 129;

  /** 128 + SIGINT: Ctrl-C. */
  public static final int INTERRUPTED = 130;

  /** 128 + SIGPIPE: nobody reads the output any more. */
  public static final int BROKEN_PIPE = 141;

  /** 128 + SIGTERM. */
  public static final int TERMINATED = 143;

  private ExitStatus() {}
}
