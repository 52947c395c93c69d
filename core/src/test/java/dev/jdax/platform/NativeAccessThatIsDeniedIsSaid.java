// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A JVM that denies native access: each use says so, and which option allows it. */
class NativeAccessThatIsDeniedIsSaid {
  @Test
  void atTheFirstUseAndAtTheNext() throws Exception {
    Module module = Linux.class.getModule();
    String sentence = "java.lang.IllegalCallerException: cannot call %s of Linux: this JVM denies native access to "
        + (module.isNamed() ? "module dev.jdax; " : "the class path; ") + "start it with --enable-native-access="
        + (module.isNamed() ? "dev.jdax" : "ALL-UNNAMED") + " / java.lang.IllegalCallerException";
    String region = sentence.formatted("memfd_create");
    String device = sentence.formatted("openat");
    ForkedJvm jvm = ForkedJvm.runWithoutNativeAccess(WithoutNativeAccess.class);
    assertThat(jvm.said().lines()).containsExactly(region, device, region, device);
    assertThat(jvm.status()).isZero();
  }
}
