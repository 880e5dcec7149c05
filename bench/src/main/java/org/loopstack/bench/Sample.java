// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/**
 * One measurement.
 *
 * @param value in the row's unit
 * @param operations how many operations it comes from; 0 if garbage per operation says nothing
 */
public record Sample(double value, long operations) {}
