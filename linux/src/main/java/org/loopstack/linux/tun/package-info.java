// SPDX-License-Identifier: Apache-2.0

/**
 * Interfaces of the kernel whose other end is this process: /dev/net/tun (Linux,
 * Documentation/networking/tuntap.rst).
 */
@NullMarked
package org.loopstack.linux.tun;

import org.jspecify.annotations.NullMarked;
