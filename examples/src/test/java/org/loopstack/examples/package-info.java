// SPDX-License-Identifier: Apache-2.0

/** One runnable test for each use. */
package org.loopstack.examples;
