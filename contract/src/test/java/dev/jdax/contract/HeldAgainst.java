// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

/** A part of the contract, held against one kind of memory. */
interface HeldAgainst {
  /** {@return the name of that memory in docs/contract.md and in the ledger} */
  String memory();
}
