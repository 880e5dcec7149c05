// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/** A script that cannot go on: it says something wrong, or the stack does. */
final class ScriptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What that means for the script's verdict. */
  enum Kind {
    /** The stack did not do what the script expects, or the script is no script. */
    FAILED,
    /** The script asks for something that this runner or this stack does not have. */
    UNSUPPORTED
  }

  private final Kind kind;
  private final transient Position position;

  private ScriptException(Kind kind, Position position, String message) {
    super(message);
    this.kind = kind;
    this.position = position;
  }

  static ScriptException failed(Position position, String message) {
    return new ScriptException(Kind.FAILED, position, message);
  }

  static ScriptException unsupported(Position position, String message) {
    return new ScriptException(Kind.UNSUPPORTED, position, message);
  }

  Kind kind() {
    return kind;
  }

  /** {@code file:line: message}. */
  String report() {
    return position + ": " + getMessage();
  }
}
