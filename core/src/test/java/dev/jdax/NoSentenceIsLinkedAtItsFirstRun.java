// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;

/**
 * A {@code +} of texts is plain code in jdax's classes, and no call site that is linked at its first run: if the first
 * run meets the end of the stack, the JVM throws BootstrapMethodError at each further one, in place of the sentence.
 */
class NoSentenceIsLinkedAtItsFirstRun {
  private static final String LINKED = "java/lang/invoke/StringConcatFactory";

  @Test
  void inAnyClassOfCore() throws Exception {
    Path place = Path.of(DaxBus.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assertThat(Files.isDirectory(place)).as(place + " is a folder").isTrue();
    assertThat(classesWithALinkedText(place)).isEmpty();
  }

  private static List<Path> classesWithALinkedText(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        if (StreamSupport.stream(ClassFile.of().parse(file).constantPool().spliterator(), false)
            .anyMatch(entry -> entry instanceof Utf8Entry text && text.equalsString(LINKED))) {
          found.add(folder.relativize(file));
        }
      }
    }
    return found;
  }
}
