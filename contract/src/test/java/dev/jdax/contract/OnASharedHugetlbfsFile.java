// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

/** The contract on {@link Backend#HUGETLBFS_FILE}. */
class OnASharedHugetlbfsFile extends Contract {
  @Override
  Backend backend() {
    return Backend.HUGETLBFS_FILE;
  }
}
