// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first line on a management connection, in JSON, for instance {@code
 * {"loopstack":1,"do":"run","arguments":["ping","::1"],"directory":"/home/me"}}.
 */
sealed interface Request {
  /** Raised whenever an older side would misunderstand a newer one. */
  int VERSION = 1;

  /** Arguments and a path are far smaller; it bounds what a wrong client can make us keep. */
  int MAX_LINE = 256 * 1024;

  /** Tell about the stack: answered with one line of JSON on standard output. */
  record Status() implements Request {}

  /** Take the stack down. */
  record Down() implements Request {}

  /**
   * Run a command on the stack.
   *
   * @param arguments the command line of {@code lo}
   * @param directory what relative paths in it are relative to
   */
  record Run(List<String> arguments, Path directory) implements Request {}

  /** The request as its line. */
  default byte[] encode() {
    JsonObject json = new JsonObject();
    json.addProperty("loopstack", VERSION);
    switch (this) {
      case Status _ -> json.addProperty("do", "status");
      case Down _ -> json.addProperty("do", "down");
      case Run run -> {
        json.addProperty("do", "run");
        JsonArray arguments = new JsonArray();
        run.arguments.forEach(arguments::add);
        json.add("arguments", arguments);
        json.addProperty("directory", run.directory.toString());
      }
    }
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a request's line.
   *
   * @throws IOException with one line that says what is wrong with it
   */
  static Request read(InputStream in) throws IOException {
    try {
      JsonObject json = JsonParser.parseString(readLine(in)).getAsJsonObject();
      int version = json.get("loopstack").getAsInt();
      if (version != VERSION) {
        throw new IOException(
            "the stack speaks version "
                + VERSION
                + " of the management protocol, and this command version "
                + version
                + ": take the stack down and up again");
      }
      return switch (json.get("do").getAsString()) {
        case "status" -> new Status();
        case "down" -> new Down();
        case "run" -> run(json);
        default -> throw new IOException("there is no request " + json.get("do"));
      };
    } catch (JsonParseException
        | IllegalStateException
        | NullPointerException
        | UnsupportedOperationException
        | NumberFormatException
        | InvalidPathException e) {
      throw new IOException("that is no request", e);
    }
  }

  private static Run run(JsonObject json) {
    List<String> arguments = new ArrayList<>();
    for (JsonElement argument : json.getAsJsonArray("arguments")) {
      arguments.add(argument.getAsString());
    }
    return new Run(List.copyOf(arguments), Path.of(json.get("directory").getAsString()));
  }

  private static String readLine(InputStream in) throws IOException {
    byte[] line = new byte[1024];
    int length = 0;
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || length == MAX_LINE) {
        throw new IOException("that is no request");
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, 2 * length);
      }
      line[length++] = (byte) b;
    }
    return new String(line, 0, length, StandardCharsets.UTF_8);
  }
}
