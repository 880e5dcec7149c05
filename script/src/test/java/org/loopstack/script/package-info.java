// SPDX-License-Identifier: Apache-2.0
/** Tests of the script runner, and our own scripts as tests. */
package org.loopstack.script;
