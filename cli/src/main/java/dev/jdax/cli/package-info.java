// SPDX-License-Identifier: Apache-2.0
/** The {@code jdax} command: a class for each verb, and what it prints. */
package dev.jdax.cli;
