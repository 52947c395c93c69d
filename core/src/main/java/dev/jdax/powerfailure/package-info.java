// SPDX-License-Identifier: Apache-2.0
/**
 * Tests of what a program leaves on persistent memory when the power fails: at every point, in every way that the
 * hardware allows.
 *
 * <p>{@link dev.jdax.powerfailure.PowerFailures} runs a program on memory that is watched, and a check on what each
 * power failure could leave of it. It is for tests; no program needs it otherwise.
 */
package dev.jdax.powerfailure;
