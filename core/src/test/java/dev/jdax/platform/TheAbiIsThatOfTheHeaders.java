// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.jdax.Errno;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Constants, call numbers, structures and errors, each compared with what a C program of this machine's headers prints.
 */
class TheAbiIsThatOfTheHeaders {
  private static final String HEADERS = """
      #define _GNU_SOURCE
      // The kernel's structures of signals bear the names of the C library's.
      #define sigaction kernel_sigaction
      #define sigset_t kernel_sigset_t
      #define stack_t kernel_stack_t
      #define sigaltstack kernel_sigaltstack
      #define _LINUX_TIME_H
      #include <asm/signal.h>
      #undef _LINUX_TIME_H
      #undef sigaction
      #undef sigset_t
      #undef stack_t
      #undef sigaltstack
      #undef sa_handler
      #undef SIGRTMIN
      #undef SIGRTMAX
      #undef MINSIGSTKSZ
      #undef SIGSTKSZ
      #include <errno.h>
      #include <fcntl.h>
      #include <stddef.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <sys/resource.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <sys/vfs.h>
      #include <linux/falloc.h>
      #include <linux/fiemap.h>
      #include <linux/fs.h>
      #include <linux/loop.h>
      #include <linux/magic.h>
      #include <linux/membarrier.h>
      #include <linux/memfd.h>
      #include <linux/mempolicy.h>
      #include <linux/mman.h>
      #include <linux/mount.h>
      """;

  /** Enumerators, which no preprocessor can ask for. */
  private static final Set<String> ENUMERATORS = Set.of("MPOL_BIND", "MEMBARRIER_CMD_PRIVATE_EXPEDITED",
      "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED", "FSCONFIG_SET_FLAG", "FSCONFIG_CMD_CREATE");

  /** What headers of an older Linux do not have yet, with the version that brought it. */
  private static final Map<String, String> YOUNG = Map.of(
      "MFD_NOEXEC_SEAL", "6.3",
      "MADV_POPULATE_READ", "5.14",
      "MADV_POPULATE_WRITE", "5.14",
      "SYS_cachestat", "6.5");

  private static final String ABSENT = "absent";
  private static final int LAST_ERRNO = 133;

  @TempDir
  private static Path folder;

  /** What the C program printed: a name and a value on each line. */
  private static final Map<String, String> PRINTED = new LinkedHashMap<>();

  @BeforeAll
  static void theProgramIsCompiledAndRun() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "needs gcc and the headers of libc");
    Path source = folder.resolve("abi.c");
    Files.writeString(source, program());
    run("gcc", "-Wall", "-Werror", "-o", folder.resolve("abi").toString(), source.toString());
    for (String line : run(folder.resolve("abi").toString()).split("\n")) {
      int space = line.indexOf(' ');
      PRINTED.put(line.substring(0, space), line.substring(space + 1));
    }
  }

  private static String program() throws IllegalAccessException {
    StringBuilder c = new StringBuilder(HEADERS).append("int main(void) {\n");
    constants().keySet().forEach(name -> value(c, name, !ENUMERATORS.contains(name)));
    for (SystemCall call : SystemCall.values()) {
      value(c, "SYS_" + call, true);
    }
    for (StructLayout structure : structures()) {
      String type = "struct " + structure.name().orElseThrow();
      print(c, type.replace(' ', '-'), "sizeof(" + type + ")");
      for (MemoryLayout field : fields(structure)) {
        String name = field.name().orElseThrow();
        print(c, key(structure, field) + "@", "offsetof(" + type + ", " + name + ")");
        print(c, key(structure, field) + "#", "sizeof(((" + type + " *) 0)->" + name + ")");
      }
    }
    for (Errno errno : Errno.values()) {
      value(c, errno.name(), true);
    }
    c.append("  for (int i = 1; i <= " + LAST_ERRNO + "; i++)\n"
        + "    if (strerrorname_np(i)) printf(\"strerror-%d %s\\n\", i, strerror(i));\n"
        + "  return 0;\n}\n");
    return c.toString();
  }

  private static void value(StringBuilder c, String name, boolean macro) {
    if (macro) {
      c.append("#ifndef ").append(name).append("\n  puts(\"" + name + " " + ABSENT + "\");\n#else\n");
    }
    print(c, name, name);
    if (macro) {
      c.append("#endif\n");
    }
  }

  private static void print(StringBuilder c, String name, String expression) {
    c.append("  printf(\"" + name + " %lld\\n\", (long long) (" + expression + "));\n");
  }

  private static String run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).describedAs(output).isZero();
    return output;
  }

  private static Map<String, Long> constants() throws IllegalAccessException {
    Map<String, Long> constants = new TreeMap<>();
    for (Field field : Abi.class.getDeclaredFields()) {
      constants.put(field.getName(), ((Number) field.get(null)).longValue());
    }
    return constants;
  }

  private static List<StructLayout> structures() throws IllegalAccessException {
    List<StructLayout> structures = new ArrayList<>();
    for (Field field : Structs.class.getDeclaredFields()) {
      structures.add((StructLayout) field.get(null));
    }
    return structures;
  }

  private static List<MemoryLayout> fields(StructLayout structure) {
    return structure.memberLayouts().stream().filter(field -> !(field instanceof PaddingLayout)).toList();
  }

  private static String key(StructLayout structure, MemoryLayout field) {
    return structure.name().orElseThrow() + "." + field.name().orElseThrow();
  }

  @Test
  void aConstantHasTheValueOfItsName() throws IllegalAccessException {
    assertThat(constants()).hasSizeGreaterThan(40);
    constants().forEach((name, value) -> {
      String expected = YOUNG.containsKey(name) && PRINTED.get(name).equals(ABSENT) ? ABSENT : Long.toString(value);
      assertThat(PRINTED.get(name)).describedAs(name).isEqualTo(expected);
    });
  }

  @Test
  void aCallHasTheNumberOfItsName() {
    for (SystemCall call : SystemCall.values()) {
      String name = "SYS_" + call;
      String expected = YOUNG.containsKey(name) && PRINTED.get(name).equals(ABSENT)
          ? ABSENT
          : Integer.toString(call.number());
      assertThat(PRINTED.get(name)).describedAs(name).isEqualTo(expected);
    }
  }

  @Test
  void aStructureHasTheSizeAndTheFieldsOfItsName() throws IllegalAccessException {
    assertThat(structures()).hasSize(9);
    for (StructLayout structure : structures()) {
      String type = "struct-" + structure.name().orElseThrow();
      assertThat(PRINTED.get(type)).describedAs(type).isEqualTo(Long.toString(structure.byteSize()));
      assertThat(fields(structure)).isNotEmpty();
      for (MemoryLayout field : fields(structure)) {
        String key = key(structure, field);
        long offset = Structs.offset(structure, field.name().orElseThrow());
        assertThat(PRINTED.get(key + "@")).describedAs("offset of " + key).isEqualTo(Long.toString(offset));
        assertThat(PRINTED.get(key + "#")).describedAs("size of " + key).isEqualTo(Long.toString(field.byteSize()));
      }
    }
  }

  @Test
  void anErrorHasTheNumberOfItsNameAndTheWordsOfStrerror() {
    for (Errno errno : Errno.values()) {
      assertThat(PRINTED.get(errno.name())).describedAs(errno.name()).isEqualTo(Integer.toString(errno.number()));
      assertThat(PRINTED.get("strerror-" + errno.number())).describedAs(errno.name()).isEqualTo(errno.text());
    }
  }

  @Test
  void everyErrorOfTheCLibraryIsThere() {
    List<String> numbers = PRINTED.keySet().stream().filter(name -> name.startsWith("strerror-"))
        .map(name -> name.substring("strerror-".length())).toList();
    assertThat(numbers).hasSizeGreaterThan(130)
        .allSatisfy(number -> assertThat(Errno.of(Integer.parseInt(number)).number()).hasToString(number));
  }
}
