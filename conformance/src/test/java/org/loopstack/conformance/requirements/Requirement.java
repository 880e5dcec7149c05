// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.requirements;

import java.util.List;

/**
 * One line of the catalogue.
 *
 * @param rfc the RFC's number
 * @param id what names it within the RFC: the RFC's own label, or the section
 * @param level MUST, MUST NOT, SHOULD, SHOULD NOT or MAY
 * @param section where the RFC says it
 * @param text what it asks for, in our words
 * @param classes simple names of the classes that do it
 * @param gap what is missing and why, or empty
 */
record Requirement(
    int rfc,
    String id,
    String level,
    String section,
    String text,
    List<String> classes,
    String gap) {

  /** What a test that shows it is tagged with. */
  String tag() {
    return "RFC" + rfc + "-" + id;
  }

  /** Whether the build insists on a test. */
  boolean isAbsolute() {
    return level.startsWith("MUST");
  }

  /** Whether the build insists on a test or a reason. */
  boolean isRecommended() {
    return level.startsWith("SHOULD");
  }
}
