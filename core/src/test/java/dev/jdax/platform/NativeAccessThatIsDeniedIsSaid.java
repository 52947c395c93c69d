// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

/** A JVM that denies native access: each use says so, and which option allows it. So it is on another machine. */
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

  @Test
  void anotherMachineIsSaidToo() throws Exception {
    String sentence = "java.lang.UnsupportedOperationException: jdax knows the system calls of Linux/amd64, and this is "
        + "Linux/s390x / java.lang.UnsupportedOperationException";
    ForkedJvm jvm = ForkedJvm.run(List.of("-Dos.arch=s390x"), WithoutNativeAccess.class);
    assertThat(jvm.said().lines()).containsExactly(sentence, sentence, sentence, sentence);
    assertThat(jvm.status()).isZero();
  }
}
