// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;

/**
 * A parsed script.
 *
 * @param name what it is called in reports
 * @param options the command-line options that stand in it
 * @param events what happens, in order
 */
record Script(String name, List<Token> options, List<Event> events) {}
