// SPDX-License-Identifier: Apache-2.0
/**
 * Packet scripts in virtual time: a runner for the language of packetdrill.
 *
 * <p>From text to verdict: {@link org.loopstack.script.Preprocessor} (and {@link
 * org.loopstack.script.Template} for our tables of cases), {@link org.loopstack.script.Lexer},
 * {@link org.loopstack.script.Parser} to the sealed records of {@link org.loopstack.script.Event},
 * then {@link org.loopstack.script.ScriptRun}, which drives one host of virtual time ({@link
 * org.loopstack.script.ScriptHost}) through a scripted wire and compares. Nothing waits and nothing
 * is random: a script takes milliseconds and gives the same verdict every time.
 */
@NullMarked
package org.loopstack.script;

import org.jspecify.annotations.NullMarked;
