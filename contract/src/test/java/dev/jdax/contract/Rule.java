// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which rule of docs/contract.md a test shows. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Rule {
  /** The rule, such as {@code C8}. */
  String value();
}
