// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes class files that call {@link Steps#step} before each instruction, from those that were compiled. */
final class StepsBeforeInstructions {
  private static final ClassDesc STEPS = Steps.class.describeConstable().orElseThrow();
  private static final ClassDesc LINUX_CALLS = ClassDesc.of("dev.jdax.platform.LinuxCalls");

  /** No error comes before what a system call has returned is stored: no step is there. */
  private static final class Counting implements CodeTransform {
    private boolean hasResult;

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof Instruction instruction) {
        if (!hasResult) {
          code.invokestatic(STEPS, "step", ConstantDescs.MTD_void);
        }
        hasResult = hasResult
            && (instruction instanceof ConvertInstruction || instruction instanceof ConstantInstruction)
            || instruction instanceof InvokeInstruction call && call.owner().asSymbol().equals(LINUX_CALLS);
      }
      code.with(element);
    }
  }

  private StepsBeforeInstructions() {
  }

  /**
   * Writes the classes, and those that are nested in them.
   *
   * @param compiled the folder of all classes
   * @param names which, as paths in it, without {@code .class}
   * @param folder where to
   */
  static void write(Path compiled, List<String> names, Path folder) throws IOException {
    for (String name : names) {
      Path file = compiled.resolve(name + ".class");
      Path target = Files.createDirectories(folder.resolve(compiled.relativize(file.getParent())));
      String own = file.getFileName().toString();
      String nested = own.replace(".class", "$");
      try (Stream<Path> files = Files.list(file.getParent())) {
        for (Path one : files.toList()) {
          String found = one.getFileName().toString();
          if (found.equals(own) || found.startsWith(nested)) {
            Files.write(target.resolve(found), counted(one));
          }
        }
      }
    }
  }

  private static byte[] counted(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      ClassFile classFile = ClassFile.of();
      ClassModel model = classFile.parse(in.readAllBytes());
      return classFile.transformClass(model,
          ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(Counting::new)));
    }
  }
}
