// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.LiveMachine;
import org.loopstack.cli.doctor.Severity;
import org.loopstack.cli.doctor.TestMachine;
import org.loopstack.cli.machine.MachineFiles;

/** A program that opens all files that it may, for want of which there is no selector. */
public final class OutOfFiles {
  private OutOfFiles() {}

  /** Prints what the doctor finds before, then, and after. */
  public static void main(String[] args) throws IOException {
    // Once with a fault, so that all classes are there: they are files, too.
    TestMachine machine = new TestMachine();
    List<Finding> _ = new SelectorCheck().look(machine.probe(new NoSelector(machine.probe())));
    System.out.println("with files: " + errors());
    List<Closeable> all = new ArrayList<>();
    List<String> without;
    try {
      while (true) {
        all.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      without = errors();
    }
    for (Closeable each : all) {
      each.close();
    }
    System.out.println("without files: " + without);
    System.out.println("with files again: " + errors());
  }

  /** How long it took is not the question. */
  private static List<String> errors() {
    List<String> errors = new ArrayList<>();
    for (Finding each :
        new SelectorCheck().look(new LiveMachine(MachineFiles.ofMachine(), Map.of()))) {
      if (each.severity() == Severity.ERROR) {
        errors.add(each.seen());
      }
    }
    return errors;
  }
}
