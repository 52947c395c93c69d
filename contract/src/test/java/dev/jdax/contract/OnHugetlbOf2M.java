// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

/** The contract on {@link Backend#HUGETLB_2M}. */
class OnHugetlbOf2M extends Contract {
  @Override
  Backend backend() {
    return Backend.HUGETLB_2M;
  }
}
