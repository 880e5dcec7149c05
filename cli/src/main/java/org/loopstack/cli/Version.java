// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar, or "development" where there is none. */
final class Version implements IVersionProvider {
  /** As "0.1.0". */
  static String text() {
    String version = Lo.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "lo (Loopstack) " + text(), "Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }
}
