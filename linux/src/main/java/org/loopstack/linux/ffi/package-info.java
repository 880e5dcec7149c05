// SPDX-License-Identifier: Apache-2.0

/**
 * Calls of the C library through {@code java.lang.foreign}, one Java method each. A call that fails
 * gives the error number, negated, so that nothing is thrown where errors are a matter of course
 * (EAGAIN, EINTR); {@link org.loopstack.linux.ffi.LinuxException#check} throws where they are not.
 *
 * <p>Native access has to be allowed: {@code --enable-native-access=org.loopstack.linux}, or {@code
 * ALL-UNNAMED} on a class path. Without it the first call prints a warning of the JVM's.
 */
@NullMarked
package org.loopstack.linux.ffi;

import org.jspecify.annotations.NullMarked;
