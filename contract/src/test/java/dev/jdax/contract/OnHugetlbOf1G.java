// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

/** The contract on {@link Backend#HUGETLB_1G}. */
class OnHugetlbOf1G extends Contract {
  @Override
  Backend backend() {
    return Backend.HUGETLB_1G;
  }
}
