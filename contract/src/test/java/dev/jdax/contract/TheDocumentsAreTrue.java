// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import dev.jdax.DaxBus;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents say of tests, files and code is so: tests and classes exist, the links lead somewhere, the snippets
 * compile, and those run that can.
 */
class TheDocumentsAreTrue {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)\\)");
  private static final Pattern RULE_ROW = Pattern.compile("^\\| (C\\d+) \\|(.*)\\|$", Pattern.MULTILINE);
  private static final Pattern MATRIX_HEAD = Pattern.compile("^\\| \\| (memfd.*)\\|$", Pattern.MULTILINE);
  /** A class, and a member of it or not. */
  private static final Pattern CODE = Pattern.compile("`([A-Z][a-z]\\w*)(?:\\.(\\w+))?`");
  private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w*)");
  private static final Set<String> OF_THE_JDK = Set.of("IllegalStateException", "MemorySegment", "ServiceLoader");
  private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  /** What a snippet is known by that needs a device of Linux's, a second process, or an image. */
  private static final List<String> NEEDS_MORE = List.of("Dax.open(", "HmemRegion.attach(", "nv.img");

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs")); Stream<Path> top = Files.list(ROOT)) {
      return Stream.concat(docs, top).filter(path -> path.toString().endsWith(".md")).toList();
    }
  }

  private static String contract() throws IOException {
    return Files.readString(ROOT.resolve("docs/contract.md"));
  }

  private static Stream<MatchResult> rows() throws IOException {
    return RULE_ROW.matcher(contract()).results();
  }

  @Test
  void everyTestThatTheContractNamesExistsAndShowsThatRule() throws Exception {
    List<MatchResult> rows = rows().filter(row -> TEST.matcher(row.group(2)).find()).toList();
    assertThat(rows).hasSize(24);
    for (MatchResult row : rows) {
      for (MatchResult test : TEST.matcher(row.group(2)).results().toList()) {
        Class<?> suite = Class.forName(getClass().getPackageName() + "." + test.group(1));
        Rule rule = Arrays.stream(suite.getDeclaredMethods()).filter(method -> method.getName().equals(test.group(2)))
            .findFirst().orElseThrow(() -> new AssertionError("no test " + test.group())).getAnnotation(Rule.class);
        if (HeldAgainst.class.isAssignableFrom(suite)) {
          assertThat(rule.value()).as(test.group()).isEqualTo(row.group(1));
        }
      }
    }
  }

  @Test
  void everyTestOfARuleIsNamedInTheContract() throws IOException {
    String contract = contract();
    for (Class<?> part : List.of(DeviceContract.class, MappingContract.class, MemoryContract.class,
        ImageContract.class, LinuxContract.class)) {
      for (Method method : part.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Rule.class)) {
          assertThat(contract).contains("`" + part.getSimpleName() + "." + method.getName() + "`");
        }
      }
    }
  }

  @Test
  void theLedgerHasAPairForEveryCellOfTheMatrix() throws IOException {
    String[] kinds = MATRIX_HEAD.matcher(contract()).results().findFirst().orElseThrow().group(1).strip()
        .split(" *\\| *");
    Set<String> expected = new TreeSet<>();
    for (MatchResult row : rows().filter(r -> !TEST.matcher(r.group(2)).find()).toList()) {
      String[] cells = row.group(2).split("\\|");
      assertThat(cells).as(row.group(1)).hasSameSizeAs(kinds);
      for (int i = 0; i < cells.length; i++) {
        assertThat(cells[i].strip()).matches("(holds|differs:|cannot be observed:).*");
        for (String kind : kindsOf(kinds[i])) {
          expected.add(row.group(1) + " " + kind);
        }
      }
    }
    assertThat(new TreeSet<>(Files.readAllLines(Path.of("ledger.txt")))).isEqualTo(expected);
  }

  /** The column of Linux's pmem stands for a device of each alignment. */
  private static List<String> kindsOf(String column) {
    return column.startsWith("linux-pmem-")
        ? Stream.of("4k", "2m", "1g").map(align -> column.replace("pmem-", "pmem-" + align + "-")).toList()
        : List.of(column);
  }

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    for (Path document : documents()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        if (!link.group(1).contains(":")) {
          assertThat(document.resolveSibling(link.group(1))).as(document + " links to " + link.group(1)).exists();
        }
      }
    }
  }

  @Test
  void theCodeThatTheArchitectureNamesIsThere() throws IOException {
    Map<String, String> sources = sourcesOfTypes();
    List<String> lost = new ArrayList<>();
    int named = 0;
    for (String document : List.of("docs/architecture.md", "docs/style.md")) {
      for (MatchResult code : CODE.matcher(Files.readString(ROOT.resolve(document))).results().toList()) {
        String source = sources.get(code.group(1));
        boolean there = source != null
            && (code.group(2) == null || Pattern.compile("\\b" + code.group(2) + "\\b").matcher(source).find());
        if (!there && !OF_THE_JDK.contains(code.group(1))) {
          lost.add(document + " names " + code.group());
        }
        named++;
      }
    }
    assertThat(lost).isEmpty();
    assertThat(named).isGreaterThan(100);
  }

  /** {@return by the name of each type of the repository, the files that declare one of that name} */
  private static Map<String, String> sourcesOfTypes() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("core", "pmem", "cli", "contract", "guest")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String source = Files.readString(file);
          TYPE.matcher(source).results().map(type -> type.group(1)).distinct()
              .forEach(type -> sources.merge(type, source, String::concat));
        }
      }
    }
    return sources;
  }

  @Test
  void everyDecisionIsInTheIndex() throws IOException {
    Path folder = ROOT.resolve("docs/decisions");
    List<String> listed = LINK.matcher(Files.readString(folder.resolve("README.md"))).results()
        .map(link -> link.group(1)).sorted().toList();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(listed).isEqualTo(files.map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("README.md")).sorted().toList());
    }
  }

  @Test
  void everySnippetCompiles(@TempDir Path output) throws Exception {
    assertThat(compile(documents(), output)).hasSizeGreaterThan(1);
  }

  /** Of the README and the page on native code, those that need no other machine and no other process. */
  @Test
  void theSnippetsOfThisMachineRun(@TempDir Path output) throws Exception {
    Backend.HUGETLB_2M.assumeBlocks(32);
    List<String> snippets = compile(List.of(ROOT.resolve("README.md"), ROOT.resolve("docs/native-code.md")), output);
    int run = 0;
    try (URLClassLoader loader = new URLClassLoader(new URL[]{output.toUri().toURL()}, getClass().getClassLoader())) {
      for (int i = 0; i < snippets.size(); i++) {
        if (NEEDS_MORE.stream().noneMatch(snippets.get(i)::contains)) {
          Class<?> snippet = loader.loadClass("Snippet" + i);
          Method method = Arrays.stream(snippet.getDeclaredMethods()).filter(each -> each.getName().equals("run"))
              .findFirst().orElseThrow();
          Constructor<?> constructor = snippet.getDeclaredConstructor();
          constructor.setAccessible(true);
          method.setAccessible(true);
          try (DaxBus bus = DaxBus.create()) {
            Object[] arguments = method.getParameterCount() == 1 ? new Object[1] : new Object[]{bus, null};
            method.invoke(constructor.newInstance(), arguments);
          }
          run++;
        }
      }
    }
    assertThat(run).isGreaterThan(1);
  }

  /** Compiles the snippets of documents as the methods run of classes Snippet0, Snippet1, ..., and returns them. */
  private static List<String> compile(List<Path> documents, Path output) throws Exception {
    List<String> snippets = new ArrayList<>();
    List<JavaFileObject> sources = new ArrayList<>();
    for (Path document : documents) {
      for (MatchResult snippet : JAVA.matcher(Files.readString(document)).results().toList()) {
        String name = "Snippet" + sources.size();
        String source = """
            import dev.jdax.*;
            import dev.jdax.hmem.*;
            import dev.jdax.kernel.*;
            import dev.jdax.pmem.*;
            import dev.jdax.powerfailure.*;
            import dev.jdax.spi.*;
            import java.lang.foreign.*;
            import java.nio.charset.*;
            import java.nio.file.*;
            import java.util.*;
            class %s {
              void run(%sObject unused) throws Throwable {
            %s
              }
            }
            """.formatted(name, snippet.group(1).contains("DaxBus bus") ? "" : "DaxBus bus, ", snippet.group(1));
        snippets.add(snippet.group(1));
        sources.add(new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        });
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    String classes = jarOf(DaxBus.class) + File.pathSeparator + jarOf(NvdimmImage.class);
    boolean compiled = compiler
        .getTask(said, null, null, List.of("-cp", classes, "-d", output.toString()), null, sources).call();
    assertThat(compiled).as(said.toString()).isTrue();
    return snippets;
  }

  private static Path jarOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
