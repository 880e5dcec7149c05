// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import org.jspecify.annotations.Nullable;

/**
 * A process of the machine's.
 *
 * @param pid its number
 * @param name what the kernel calls it, at most 15 characters
 * @param commandLine what it was started with; empty for threads of the kernel
 * @param container as {@code docker 3f2a81c09bd4}; null if it is in none that is known
 */
public record MachineProcess(
    long pid, String name, String commandLine, @Nullable String container) {}
