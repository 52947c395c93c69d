// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import org.junit.jupiter.api.Test;

/**
 * No text of jdax is made of a list, a map, an array, an Optional or a double by Java's own rules, which are for
 * programmers: {@code [a, b]}, {@code Optional[a]}, {@code 1.0E9}. The compiler knows the type of each part of a text.
 */
class NoSentenceHasAJavaList {
  private static final List<String> MODULES = List.of("core", "pmem", "cli");
  private static final List<Class<?>> FOR_PROGRAMMERS = List.of(Collection.class, Map.class, Optional.class,
      Double.class, Float.class);

  @Test
  void inAnyPartOfAnyText() throws IOException {
    assertThat(parts(sources())).isEmpty();
  }

  @Test
  void whichThisTestSees() throws IOException {
    assertThat(parts(List.of(Path.of("src/test/java/dev/jdax/cli/TextsForProgrammers.java")))).hasSize(4);
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
        files.filter(file -> file.toString().endsWith(".java") && !file.endsWith("module-info.java"))
            .forEach(sources::add);
      }
    }
    assertThat(sources).hasSizeGreaterThan(100);
    return sources;
  }

  /** {@return the parts of texts in some sources that have such a type} */
  private static List<String> parts(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task = (JavacTask) compiler.getTask(null, files, problem -> {
      }, List.of("-proc:none", "-cp", System.getProperty("java.class.path")), null,
          files.getJavaFileObjectsFromPaths(sources));
      List<CompilationUnitTree> units = new ArrayList<>();
      task.parse().forEach(units::add);
      task.analyze();
      Parts parts = new Parts(task);
      units.forEach(unit -> parts.scan(unit, null));
      return parts.found;
    }
  }

  private static final class Parts extends TreePathScanner<Void, Void> {
    private final List<String> found = new ArrayList<>();
    private final JavacTask task;
    private final Trees trees;

    Parts(JavacTask task) {
      this.task = task;
      this.trees = Trees.instance(task);
    }

    @Override
    public Void visitBinary(BinaryTree binary, Void none) {
      if (binary.getKind() == Tree.Kind.PLUS && isText(trees.getTypeMirror(getCurrentPath()))) {
        look(binary.getLeftOperand());
        look(binary.getRightOperand());
      }
      return super.visitBinary(binary, none);
    }

    private void look(ExpressionTree part) {
      if (isForProgrammers(trees.getTypeMirror(new TreePath(getCurrentPath(), part)))) {
        CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
        found.add(unit.getSourceFile().getName() + ":"
            + unit.getLineMap().getLineNumber(trees.getSourcePositions().getStartPosition(unit, part)) + ": " + part);
      }
    }

    private static boolean isText(TypeMirror type) {
      return type != null && type.toString().equals(String.class.getName());
    }

    private boolean isForProgrammers(TypeMirror type) {
      return type.getKind() == TypeKind.ARRAY || type.getKind() == TypeKind.DOUBLE || type.getKind() == TypeKind.FLOAT
          || type.getKind() == TypeKind.DECLARED && FOR_PROGRAMMERS.stream()
              .map(each -> task.getElements().getTypeElement(each.getName()).asType())
              .anyMatch(each -> task.getTypes().isAssignable(task.getTypes().erasure(type),
                  task.getTypes().erasure(each)));
    }
  }
}
