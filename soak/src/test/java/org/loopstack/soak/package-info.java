// SPDX-License-Identifier: Apache-2.0
/** Tests of the simulation, and the build's seeds. */
package org.loopstack.soak;
