// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** In every locale a word of the command line is the UTF-8 that was typed. */
class ArgumentsAreTheBytesThatWereTyped {
  private static final Map<String, String> C = Map.of("LC_ALL", "C");
  private static final Map<String, String> AS_THE_LAUNCHER = Map.of("LC_ALL", "C.UTF-8");

  /** What the shell makes of it: "gr", u with two dots, "n", a sign of 4 bytes. */
  private static final String NAME = "\"$(printf 'gr\\303\\274n\\360\\237\\222\\276')\"";
  private static final String NAME_IN_JAVA = "gr\u00fcn\ud83d\udcbe";
  private static final String LATIN_1 = "\"$(printf 'gr\\374n')\"";

  /** Makes a checkout with a JDK; {@code jdk/bin/java} is to follow. */
  private static final String CHECKOUT = """
      mkdir -p jdk/bin core/src/main pmem/src/main cli/src/main cli/target
      cp "$ROOT/jdax" . && cp -r "$ROOT/build" . && touch pom.xml core/pom.xml pmem/pom.xml cli/pom.xml
      echo 'JAVA_VERSION="25"' >jdk/release
      """;
  /** Has that checkout look as if it were built. */
  private static final String BUILT = """
      cp jdk/bin/java jdk/bin/javac && chmod +x jdk/bin/*
      touch -d '1 hour' cli/target/jdax-cli.jar
      """;

  @TempDir
  private Path folder;

  private static byte[] commandLine(Object... words) {
    StringBuilder latin1 = new StringBuilder();
    for (Object word : words) {
      latin1.append(word instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : word).append('\0');
    }
    return latin1.toString().getBytes(ISO_8859_1);
  }

  @Test
  void whateverJavaHasMadeOfThem() {
    byte[] typed = commandLine("java", "-jar", "jdax-cli.jar", "create-namespace", "-n", "gr\u00fcn".getBytes(UTF_8),
        "");
    for (String decoded : new String[]{"gr??n", "gr\ufffd\ufffdn", "gr\u00c3\u00bcn", "gr\u00fcn"}) {
      assertThat(Arguments.asTyped(new String[]{"create-namespace", "-n", decoded, ""}, typed))
          .containsExactly("create-namespace", "-n", "gr\u00fcn", "");
    }
  }

  @Test
  void theReplacementCharacterCanBeTyped() {
    assertThat(Arguments.asTyped(new String[]{"\ufffd"}, commandLine("java", "\ufffd".getBytes(UTF_8))))
        .containsExactly("\ufffd");
  }

  @Test
  void whatIsNoUtf8IsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arguments.asTyped(new String[]{"inspect", "gr?n"},
            commandLine("java", "Jdax", "inspect", new byte[]{'g', 'r', (byte) 0xfc, 'n'})))
        .withMessageStartingWith("argument 2, \"gr\\xfcn\", is not UTF-8");
    for (byte[] wrong : new byte[][]{{(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {(byte) 0xc3}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Arguments.asTyped(new String[]{"?"}, commandLine("x", wrong)));
    }
  }

  @Test
  void wordsThatCameFromElsewhereAreTakenAsTheyAreUnlessALetterIsLost() {
    String[] words = {"create-namespace", "-n", "gr\u00fcn"};
    assertThat(Arguments.asTyped(words, commandLine("java", "@words"))).isEqualTo(words);
    assertThat(Arguments.asTyped(words, commandLine("java", "another", "program's", "words"))).isEqualTo(words);
    assertThat(Arguments.asTyped(words, new byte[0])).isEqualTo(words);
    assertThatIllegalArgumentException().isThrownBy(() -> Arguments.asTyped(new String[]{"gr\ufffdn"}, new byte[0]));
  }

  @Test
  void theNameOfAFileIsUtf8OrRefused() {
    String ofThisJvm = System.getProperty("sun.jnu.encoding");
    if (Charset.forName(ofThisJvm).equals(UTF_8)) { // in another locale the JDK itself makes no such path
      assertThat(new FileName(UTF_8).convert("gr\u00fcn")).isEqualTo(Path.of("gr\u00fcn"));
    }
    assertThat(new FileName(UTF_8).convert("green.img")).isEqualTo(Path.of("green.img"));
    assertThat(new FileName(US_ASCII).convert("green.img")).isEqualTo(Path.of("green.img"));
    for (FileName elsewhere : new FileName[]{new FileName(US_ASCII), new FileName(ISO_8859_1)}) {
      assertThatThrownBy(() -> elsewhere.convert("gr\u00fcn")).isInstanceOf(TypeConversionException.class)
          .hasMessageContaining("LC_ALL=C.UTF-8");
    }
  }

  private Path image() throws IOException {
    Path image = folder.resolve("nv.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((64 << 20) + (128 << 10));
    }
    return image;
  }

  private static String name(Path image) {
    JsonArray namespaces = CommandRun.of("inspect", "-j", image).json().getAsJsonArray("namespaces");
    return namespaces.get(0).getAsJsonObject().get("name").getAsString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "C.UTF-8", "there_IS.none"})
  void aNameInALabelIsWhatWasTyped(String locale) throws Exception {
    Path image = image();
    ShellRun run = ShellRun.of(folder, Map.of("LC_ALL", locale), """
        $JDAX init-labels -i nv.img --label-size 128K --slot 0 --assume-unused || exit
        $JDAX create-namespace -i nv.img -m devdax --slot 0 --assume-unused -j -n\s""" + NAME);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).as("UTF-8 in every locale").contains("\"name\": \"" + NAME_IN_JAVA + "\"");
    assertThat(name(image)).isEqualTo(NAME_IN_JAVA);
  }

  @Test
  void aNameThatIsNoUtf8IsRefusedAndNothingIsWritten() throws Exception {
    Path image = image();
    for (Map<String, String> locale : List.of(C, AS_THE_LAUNCHER)) {
      ShellRun run = ShellRun.of(folder, locale, "$JDAX create-namespace nv.img -f -j -n " + LATIN_1);
      assertThat(run.exitCode()).as(run.toString()).isEqualTo(2);
      assertThat(run.err()).startsWith("argument 6, \"gr\\xfcn\", is not UTF-8");
      JsonObject error = JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("errors").get(0)
          .getAsJsonObject();
      assertThat(error.get("errno").getAsString()).isEqualTo("EINVAL");
      assertThat(error.get("message").getAsString()).contains("is not UTF-8");
    }
    assertThat(Files.mismatch(image, image())).isEqualTo(-1L);
  }

  @Test
  void anImageWhoseNameIsNotAsciiIsOpenedOrRefusedInWords() throws Exception {
    image();
    ShellRun opened = ShellRun.of(folder, AS_THE_LAUNCHER, "cp nv.img " + NAME + "; $JDAX inspect " + NAME);
    assertThat(opened.exitCode()).as(opened.toString()).isZero();
    assertThat(opened.out()).contains("file        " + NAME_IN_JAVA + ", ");
    ShellRun refused = ShellRun.of(folder, C, "$JDAX inspect " + NAME);
    assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
    assertThat(refused.err()).contains("\"" + NAME_IN_JAVA + "\" is not ASCII", "set LC_ALL=C.UTF-8")
        .doesNotContain("\tat ");
    for (String place : new String[]{"", "./"}) {
      ShellRun device = ShellRun.of(folder, C, "$JDAX list -d " + place + NAME);
      assertThat(device.exitCode()).as(device.toString()).isEqualTo(1);
      assertThat(device.err()).startsWith("jdax: cannot open " + place + NAME_IN_JAVA + ": ").hasLineCount(1);
    }
  }

  @Test
  void aWordThatBeginsWithAnAtSignIsAWord() {
    assertThat(CommandRun.of("inspect", "@" + folder.resolve("none")).err())
        .isEqualToNormalizingNewlines(
            "jdax: cannot open @" + folder.resolve("none") + ": there is no such file (ENOENT)\n");
  }

  /** The launcher, in a checkout that has been built, with a JDK that says how it was called. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "there_IS.none"})
  void theLauncherKeepsTheBytesInEveryLocale(String locale) throws Exception {
    Path root = Path.of("..").toRealPath();
    ShellRun run = ShellRun.of(folder, Map.of("LC_ALL", locale, "ROOT", root.toString(), "JAVA_HOME",
        folder.resolve("jdk").toString()), CHECKOUT + """
            printf '#!/bin/sh\nlocale charmap\nprintf "%%s\\n" "$@" | tail -n 1\n' >jdk/bin/java
            """ + BUILT + """
            ./jdax inspect\s""" + NAME);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).as(run.toString()).isEqualTo("UTF-8\n" + NAME_IN_JAVA + "\n");
  }

  /** In a folder whose name is not UTF-8 Java would look for a relative name elsewhere; in others nothing is changed. */
  @Test
  void theLauncherLeadsJavaToItsWorkingFolder() throws Exception {
    Path root = Path.of("..").toRealPath();
    ShellRun run = ShellRun.of(folder, Map.of("ROOT", root.toString(), "JAVA_HOME", folder.resolve("jdk").toString()),
        CHECKOUT + """
        printf '#!/bin/sh\necho "$(printf "%%s\\n" "$@" | grep -c "^-Duser.dir=/proc/self/cwd$")"\n' >jdk/bin/java
        """ + BUILT + """
        for name in "gr\\303\\274n" "gr\\374n" plain; do
          mkdir "$(printf "$name")" && (cd "$(printf "$name")" && ../jdax inspect image)
        done""");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).as(run.toString()).isEqualTo("0\n1\n0\n");
  }

  /** As the launcher starts it. */
  @Test
  void aFileIsFoundInAFolderWhoseNameIsNoText() throws Exception {
    ShellRun run = ShellRun.of(folder, Map.of("LC_ALL", "C.UTF-8"), """
        mkdir "$(printf 'gr\\374n')" && cd "$(printf 'gr\\374n')"
        truncate -s 16M image
        JDAX="${JDAX/ -cp / -Duser.dir=/proc/self/cwd -cp }"
        $JDAX init-labels --image image --label-size 128K && $JDAX inspect image | head -n 1""");
    assertThat(run.out()).as(run.toString()).contains("\nfile        image, 16 MiB\n");
  }
}
