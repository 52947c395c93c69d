// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

import dev.jdax.DaxBus;
import org.junit.jupiter.api.Test;

/** What the JDK's own {@code jnativescan} finds in the jar: one package calls restricted methods. */
class NativeAccessStandsInPlatformOnly {
  /** The tool names a class on a line of its own, indented by two; what the class does follows, indented by more. */
  private static final Pattern CLASS = Pattern.compile("^  (\\S+):$", Pattern.MULTILINE);

  @Test
  void asJnativescanSees() throws URISyntaxException {
    var jar = Path.of(DaxBus.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    var out = new StringWriter();
    var status = ToolProvider.findFirst("jnativescan").orElseThrow()
        .run(new PrintWriter(out), new PrintWriter(out), "--class-path", jar.toString());

    assertThat(status).as(out.toString()).isZero();
    assertThat(CLASS.matcher(out.toString()).results().map(found -> found.group(1)))
        .as(out.toString())
        .isNotEmpty()
        .allSatisfy(name -> assertThat(name).startsWith("dev.jdax.platform."));
  }
}
