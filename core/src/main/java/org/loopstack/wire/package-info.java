// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes to meaning and back: the headers of IP, ICMP, UDP and TCP, their options and checksums,
 * sequence numbers and addresses.
 *
 * <p>The packet path uses static methods on {@code (byte[] b, int at)}, where {@code at} is the
 * absolute offset of the header in the array and every {@code limit} or {@code end} is the absolute
 * offset after the last byte. All fields are big-endian. Each protocol has one {@code validate(b,
 * at, limit)}: it looks at no byte outside {@code at..limit-1}, never throws on content ({@code 0
 * <= at <= limit <= b.length} is the caller's promise), and returns {@code null} or the reason to
 * drop. After it returned {@code null} the accessors of that class cannot fail. Checksums are
 * checked by methods of their own, because a link may vouch for them.
 *
 * <p>The records ({@link org.loopstack.wire.IpDatagram} and below) hold the same meaning as values.
 * They are for tests, printing and inspection, not for the packet path.
 *
 * <p>This package depends on nothing but the JDK. Everything here is stateless or immutable, except
 * the holders {@link org.loopstack.wire.TcpOptions} and {@link
 * org.loopstack.wire.Ipv6ExtensionHeaders}, which belong to one thread at a time.
 */
@NullMarked
package org.loopstack.wire;

import org.jspecify.annotations.NullMarked;
