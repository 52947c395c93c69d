// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

/** The contract on {@link Backend#MEMFD_4K}. */
class OnMemfdOf4K extends Contract {
  @Override
  Backend backend() {
    return Backend.MEMFD_4K;
  }
}
