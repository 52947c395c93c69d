// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@BootsAGuest
class AGuestBoots {
  private static final Path REPOSITORY = Boot.repository();

  @ParameterizedTest
  @EnumSource
  void andShowsWhatItShallAndNothingElse(Kernel kernel) throws Exception {
    Guest guest = Guest.of(kernel).softReserved("512M%1G").hugePages("2M", 16)
        .append("memhp_default_state=offline");
    Outcome outcome = guest.run("boots", """
        uname -r >release
        id -un >user
        ls /root /etc >root-and-etc
        ls -l /dev/dax0.0
        cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages >huge-pages
        test -e '%1$s/pom.xml' && echo seen >repository
        if touch '%1$s/guest/written'; then echo written; else echo refused; fi >write 2>&1
        daxctl list -RD >daxctl
        ndctl --version >/dev/null && fio --version >fio
        %2$s
        '%3$s/bin/java' -XX:TieredStopAtLevel=1 -XshowSettings:properties -version
        """.formatted(REPOSITORY, "echo 'one line' >line", System.getProperty("java.home")));
    assertThat(outcome.text("release")).startsWith(kernel.series() + ".");
    assertThat(outcome.text("user")).isEqualTo("root\n");
    assertThat(outcome.text("root-and-etc")).doesNotContain(".ssh", ".bashrc", "shadow", "hostname", "debian");
    assertThat(outcome.text("huge-pages")).isEqualTo("16\n");
    assertThat(outcome.text("repository")).isEqualTo("seen\n");
    assertThat(outcome.text("write")).isEqualTo("touch: %s/guest/written: Read-only file system\nrefused\n"
        .formatted(REPOSITORY));
    assertThat(REPOSITORY.resolve("guest/written")).doesNotExist();
    assertThat(outcome.text("daxctl")).contains("\"id\":0", "\"size\":536870912", "\"chardev\":\"dax0.0\"");
    assertThat(outcome.text("fio")).startsWith("fio-");
    assertThat(outcome.text("line")).isEqualTo("one line\n");
    assertThat(outcome.output()).contains("java.home = " + System.getProperty("java.home"), "user.name = root");
  }
}
