// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.fault.Fault;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Fault rules of a YAML file: a list under {@code rules}, each a text or a mapping with the text
 * under "rule", and perhaps "name" and "interface"; and perhaps a {@code seed}. What is wrong is
 * told with its line.
 *
 * @param seed what all that is random follows from, or null
 * @param rules in the order of the file
 */
public record FaultFile(@Nullable Long seed, List<Entry> rules) {
  /** Far more rules than anybody writes. */
  private static final int MOST_CHARACTERS = 1 << 20;

  /**
   * A rule of the file.
   *
   * @param rule with its name if it has one
   * @param device the name of the interface, or null
   */
  public record Entry(Fault rule, @Nullable String device) {
    /** The interface, or that one if none is said. */
    public String interfaceOr(String usual) {
      return device == null ? usual : device;
    }
  }

  /** Copies the list. */
  public FaultFile {
    rules = List.copyOf(rules);
  }

  /**
   * Reads a file.
   *
   * @throws UserException if there is none, or something in it is wrong
   * @throws IOException if it cannot be read
   */
  public static FaultFile read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UserException(ExitStatus.NO_INPUT, "there is no file " + file);
    }
    return new Reader(String.valueOf(file.getFileName())).read(text);
  }

  private static final class Reader {
    private final String label;
    private @Nullable Long seed;
    private final List<Entry> rules = new ArrayList<>();

    Reader(String label) {
      this.label = label;
    }

    FaultFile read(String text) {
      LoadSettings settings =
          LoadSettings.builder().setLabel(label).setCodePointLimit(MOST_CHARACTERS).build();
      Node root;
      try {
        root = new Compose(settings).composeString(text).orElse(null);
      } catch (MarkedYamlEngineException e) {
        throw wrong(e.getProblemMark().orElse(null), String.valueOf(e.getProblem()));
      } catch (YamlEngineException e) {
        throw wrong(null, String.valueOf(e.getMessage()));
      }
      if (!(root instanceof MappingNode top)) {
        throw wrong(mark(root), "a file of fault rules has a list under \"rules:\"");
      }
      for (NodeTuple each : top.getValue()) {
        Node value = each.getValueNode();
        switch (scalar(each.getKeyNode())) {
          case "seed" -> seed = number(value);
          case "rules" -> readRules(value);
          default -> throw unknown(each, "seed and rules");
        }
      }
      if (rules.isEmpty()) {
        throw wrong(mark(root), "there is no rule under \"rules:\"");
      }
      return new FaultFile(seed, rules);
    }

    private void readRules(Node node) {
      if (!(node instanceof SequenceNode list)) {
        throw wrong(mark(node), "\"rules:\" is a list, each line with a hyphen in front");
      }
      for (Node each : list.getValue()) {
        rules.add(
            each instanceof MappingNode mapping ? entry(mapping) : new Entry(rule(each), null));
      }
    }

    private Entry entry(MappingNode mapping) {
      Fault rule = null;
      String device = null;
      ScalarNode name = null;
      for (NodeTuple each : mapping.getValue()) {
        Node value = each.getValueNode();
        switch (scalar(each.getKeyNode())) {
          case "rule" -> rule = rule(value);
          case "name" -> name = value instanceof ScalarNode s ? s : null;
          case "interface" -> device = scalar(value);
          default -> throw unknown(each, "rule, name and interface");
        }
      }
      if (rule == null) {
        throw wrong(mark(mapping), "the rule is missing: \"rule: loss 1%\"");
      }
      if (name != null) {
        try {
          rule = rule.named(name.getValue());
        } catch (IllegalArgumentException e) {
          throw wrong(mark(name), String.valueOf(e.getMessage()));
        }
      }
      return new Entry(rule, device);
    }

    private Fault rule(Node node) {
      try {
        return Fault.parse(scalar(node));
      } catch (IllegalArgumentException e) {
        throw wrong(mark(node), String.valueOf(e.getMessage()));
      }
    }

    private long number(Node node) {
      try {
        return Long.parseLong(scalar(node));
      } catch (NumberFormatException e) {
        throw wrong(mark(node), "the seed is a whole number: " + scalar(node));
      }
    }

    private String scalar(Node node) {
      if (node instanceof ScalarNode scalar) {
        return scalar.getValue();
      }
      throw wrong(mark(node), "a text is wanted here, no list and no mapping");
    }

    private UserException unknown(NodeTuple entry, String allowed) {
      Node key = entry.getKeyNode();
      return wrong(mark(key), "\"" + scalar(key) + "\" means nothing here, only " + allowed);
    }

    private static @Nullable Mark mark(@Nullable Node node) {
      return node == null ? null : node.getStartMark().orElse(null);
    }

    private UserException wrong(@Nullable Mark at, String message) {
      String line = at == null ? "" : ", line " + (at.getLine() + 1);
      return new UserException(ExitStatus.USAGE, label + line + ": " + message);
    }
  }
}
