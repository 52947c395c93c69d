// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The numbers under which code, tests and documents cite facts about Linux are those of {@code
 * docs/reference/linux.md}, and every fact there is cited: one that nothing needs would grow old unseen.
 */
class EveryCitationHasAFact {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path REFERENCE = ROOT.resolve("docs/reference/linux.md");
  /** A fact is an item of a list, or a row of a table. */
  private static final Pattern FACT = Pattern.compile("^(?:- \\*\\*|\\| )([CLPR]-\\d+)(?:\\*\\* | \\| )",
      Pattern.MULTILINE);
  /** One number, or the first and the last of several. */
  private static final Pattern CITATION = Pattern
      .compile("(?<![\\w-])([CLPR])-(\\d{1,3})(?: to \\1-(\\d{1,3}))?(?![\\w-])");
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
  private static final Pattern DOCUMENT = Pattern.compile("(?<![\\w./-])[\\w/-]+\\.md\\b");

  private final Map<Path, String> texts = new TreeMap<>();
  private final List<String> facts = new ArrayList<>();

  @BeforeEach
  void readTheRepository() throws IOException {
    Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        String name = folder.getFileName().toString();
        return name.equals("target") || name.startsWith(".") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        if (file.toString().matches(".*\\.(java|md|txt|sh)")) {
          texts.put(file, Files.readString(file));
        }
        return FileVisitResult.CONTINUE;
      }
    });
    FACT.matcher(texts.get(REFERENCE)).results().forEach(fact -> facts.add(fact.group(1)));
  }

  @Test
  void andNoCitationLeadsNowhere() {
    List<String> lost = new ArrayList<>();
    texts.forEach((file, text) -> CITATION.matcher(text).results()
        .filter(citation -> !facts.contains(number(citation, 2))
            || citation.group(3) != null && !facts.contains(number(citation, 3)))
        .forEach(citation -> lost.add(file + " cites " + citation.group())));
    assertThat(lost).isEmpty();
  }

  @Test
  void andNoNumberIsDefinedTwice() {
    assertThat(facts).hasSizeGreaterThan(100).doesNotHaveDuplicates();
  }

  @Test
  void andEveryFactIsCitedOutsideOfTheReference() {
    Set<String> cited = new TreeSet<>();
    texts.forEach((file, text) -> {
      if (!file.equals(REFERENCE)) {
        CITATION.matcher(text).results().forEach(citation -> cited.addAll(factsOf(citation)));
      }
    });
    assertThat(facts).filteredOn(fact -> !cited.contains(fact)).isEmpty();
  }

  @Test
  void andTheDocumentsThatCodeNamesAreInTheRepository() {
    List<String> lost = new ArrayList<>();
    texts.forEach((file, text) -> {
      if (file.toString().endsWith(".java")) {
        COMMENT.matcher(text).results()
            .flatMap(comment -> DOCUMENT.matcher(comment.group()).results())
            .filter(document -> texts.keySet().stream().noneMatch(known -> known.endsWith(document.group())))
            .forEach(document -> lost.add(file + " names " + document.group()));
      }
    });
    assertThat(lost).isEmpty();
  }

  /** {@return the numbers from the first to the last; those between them need not all be facts} */
  private static Set<String> factsOf(MatchResult citation) {
    Set<String> facts = new TreeSet<>();
    int first = Integer.parseInt(citation.group(2));
    int last = citation.group(3) == null ? first : Integer.parseInt(citation.group(3));
    for (int number = first; number <= last; number++) {
      facts.add("%s-%02d".formatted(citation.group(1), number));
    }
    return facts;
  }

  private static String number(MatchResult citation, int group) {
    return citation.group(1) + "-" + citation.group(group);
  }
}
