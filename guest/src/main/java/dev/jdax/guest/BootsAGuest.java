// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** On a test that boots a guest: it runs with -Pguest, and is skipped, in words, where guests cannot be booted. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("guest")
@ExtendWith(BootsAGuest.IfThereAreKernels.class)
public @interface BootsAGuest {
  /** Asks whether QEMU and all kernels are here. */
  final class IfThereAreKernels implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return Stream.of(Kernel.values()).map(kernel -> Guest.of(kernel).missing()).flatMap(Optional::stream).findFirst()
          .map(ConditionEvaluationResult::disabled)
          .orElse(ConditionEvaluationResult.enabled("there are QEMU and kernels"));
    }
  }
}
