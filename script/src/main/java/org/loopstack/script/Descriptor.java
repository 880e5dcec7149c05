// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/** What a script's file descriptor may stand for. */
sealed interface Descriptor permits ScriptSocket, EventPoll, ScriptFile, ScriptPipe {}
