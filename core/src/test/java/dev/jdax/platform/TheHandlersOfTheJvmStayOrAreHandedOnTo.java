// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How {@link FaultHandler} puts itself in front of who handles SIGBUS and SIGSEGV, or does not. */
class TheHandlersOfTheJvmStayOrAreHandedOnTo {
  private static final int EACCES = 13;

  private final MachineCode code = MachineCode.of(FlushInstruction.CLFLUSH);

  private static List<Long> handlers() {
    return List.of(KernelProbe.handlerOf(Abi.SIGBUS), KernelProbe.handlerOf(Abi.SIGSEGV));
  }

  private final Arena arena = Arena.ofConfined();
  /** As they were before the test. */
  private final Map<Integer, MemorySegment> found = new HashMap<>();
  /** As each test begins: those of the JVM. */
  private final Map<Integer, MemorySegment> ofTheJvm = new HashMap<>();

  /** Takes away the handlers that other tests have left, which {@link FaultHandler#install} would use. */
  @BeforeEach
  void theHandlersAreThoseOfTheJvm() {
    readTheActions(found);
    boolean ours;
    do {
      ours = false;
      for (FlushInstruction instruction : FlushInstruction.values()) {
        List<Long> handlers = handlers();
        Optional<CodePage> page = CodePage.withHandlers(MachineCode.of(instruction), handlers.get(0), handlers.get(1));
        if (page.isPresent()) {
          List<Long> next = handed(page.get());
          setHandler(Abi.SIGBUS, next.get(0));
          setHandler(Abi.SIGSEGV, next.get(1));
          ours = true;
        }
      }
    } while (ours);
    readTheActions(ofTheJvm);
  }

  private void readTheActions(Map<Integer, MemorySegment> actions) {
    for (int signal : List.of(Abi.SIGBUS, Abi.SIGSEGV)) {
      MemorySegment action = arena.allocate(Structs.KERNEL_SIGACTION);
      assertThat(new Libc().rt_sigaction(signal, MemorySegment.NULL, action)).isZero();
      actions.put(signal, action);
    }
  }

  private void setHandler(int signal, long handler) {
    MemorySegment action = arena.allocate(Structs.KERNEL_SIGACTION).copyFrom(found.get(signal));
    action.set(JAVA_LONG, Structs.offset(Structs.KERNEL_SIGACTION, "sa_handler"), handler);
    putBack(Map.of(signal, action));
  }

  private void putBack(Map<Integer, MemorySegment> actions) {
    MemorySegment old = arena.allocate(Structs.KERNEL_SIGACTION);
    actions.forEach((signal, action) -> assertThat(new Libc().rt_sigaction(signal, action, old)).isZero());
  }

  @AfterEach
  void theKernelIsBack() {
    Linux.interpose(null);
    putBack(found);
    arena.close();
  }

  @Test
  void handlersThatAreThereAlreadyAreUsed() throws Exception {
    CodePage page = FaultHandler.install(code).orElseThrow();
    List<Long> handlers = handlers();
    try (FailingCalls counted = FailingCalls.counting()) {
      assertThat(FaultHandler.install(code)).contains(page);
      assertThat(counted.calls()).containsExactly("rt_sigaction", "rt_sigaction");
    }
    assertThat(handlers()).isEqualTo(handlers);
  }

  @Test
  void handlersOfOtherCodeAreHandedOnTo() throws Exception {
    List<Long> before = handlers();
    CodePage first = FaultHandler.install(code).orElseThrow();
    CodePage second = FaultHandler.install(MachineCode.of(FlushInstruction.CLFLUSHOPT)).orElseThrow();
    assertThat(handed(first)).isEqualTo(before);
    assertThat(handed(second)).containsExactly(first.function("onBus").address(), first.function("onSegv").address());
  }

  @SuppressWarnings("restricted")
  private static List<Long> handed(CodePage page) {
    MemorySegment memory = page.function("nextOnBus").reinterpret(16);
    return List.of(memory.get(JAVA_LONG, 0), memory.get(JAVA_LONG, 8));
  }

  @Test
  void itKnowsWhomToHandOnTo() throws Exception {
    List<Long> before = handlers();
    CodePage page = FaultHandler.install(code).orElseThrow();
    assertThat(handlers()).containsExactly(page.function("onBus").address(), page.function("onSegv").address());
    assertThat(handed(page)).isEqualTo(before);
  }

  @Test
  void whateverCallFailsTheyAreAsTheyWere() throws Exception {
    List<String> calls = new ArrayList<>();
    try (FailingCalls counted = FailingCalls.counting()) {
      FaultHandler.install(code);
      calls.addAll(counted.calls());
    }
    putBack(ofTheJvm);
    assertThat(calls).containsExactly("rt_sigaction", "rt_sigaction", "mmap", "mprotect", "rt_sigaction",
        "rt_sigaction");
    for (int k : new int[]{1, 2, 5, 6}) {
      List<Long> before = handlers();
      try (FailingCalls failing = FailingCalls.failing(k, EACCES)) {
        assertThatThrownBy(() -> FaultHandler.install(code)).isInstanceOf(SystemCallException.class)
            .hasMessage(calls.get(k - 1) + " failed with errno 13");
        assertThat(failing.hasFailed()).isTrue();
      }
      assertThat(handlers()).as("after call " + k + " failed").isEqualTo(before);
    }
  }

  @Test
  void aPageThatCannotBeMadeExecutableIsGivenBackAndAMemfdMapped() throws Exception {
    for (int k = 3; k <= 4; k++) {
      putBack(ofTheJvm);
      try (FailingCalls failing = FailingCalls.failing(k, EACCES)) {
        CodePage page = FaultHandler.install(code).orElseThrow();
        assertThat(failing.calls()).endsWith("memfd_create", "pwrite64", "fcntl", "mmap", "close", "rt_sigaction",
            "rt_sigaction");
        assertThat(failing.calls().contains("munmap")).isEqualTo(k == 4);
        assertThat(new CalledFunctions(page, true).drain()).isZero();
        assertThat(KernelProbe.mappingsOf("memfd:jdax-code")).isNotEmpty().allMatch(line -> line.contains(" r-xp "));
      }
    }
  }

  @Test
  void withoutAPageTheyStay() throws Exception {
    List<Long> before = handlers();
    LinuxCalls kernel = new Libc();
    List<SystemCall> calls = new ArrayList<>();
    Linux.interpose((call, a, b, c, d, e, f) -> {
      calls.add(call);
      return call == SystemCall.MMAP ? -EACCES : kernel.invoke(call, a, b, c, d, e, f);
    });
    assertThatThrownBy(() -> FaultHandler.install(code)).hasMessage("mmap failed with errno 13");
    assertThat(calls).endsWith(SystemCall.MMAP, SystemCall.CLOSE);
    assertThat(handlers()).isEqualTo(before);
  }

  @Test
  void whoHandlesNothingIsNotHandedOnTo() throws Exception {
    List<Long> before = handlers();
    lieAbout(1, "sa_handler", 0);
    assertThat(FaultHandler.install(code)).isEmpty();
    lieAbout(2, "sa_handler", 1);
    assertThat(FaultHandler.install(code)).isEmpty();
    lieAbout(2, "sa_flags", 0);
    assertThat(FaultHandler.install(code)).isEmpty();
    assertThat(handlers()).isEqualTo(before);
  }

  @Test
  void aHandlerThatSomebodyElseHasInstalledMeanwhileStays() throws Exception {
    List<Long> before = handlers();
    for (int read = 1; read <= 2; read++) {
      Linux.interpose(null);
      // The first reading shows another one than the replacement finds.
      lieAbout(read, "sa_handler", before.get(0) + 1);
      Optional<CodePage> page = FaultHandler.install(code);
      assertThat(page).isEmpty();
      assertThat(handlers()).isEqualTo(before);
    }
  }

  /** The given reading of a handler shows a value of ours in a field. */
  @SuppressWarnings("restricted")
  private static void lieAbout(int reading, String field, long value) {
    LinuxCalls kernel = new Libc();
    int[] readings = {0};
    Linux.interpose((call, a, b, c, d, e, f) -> {
      long result = kernel.invoke(call, a, b, c, d, e, f);
      if (call == SystemCall.RT_SIGACTION && ++readings[0] == reading) {
        MemorySegment.ofAddress(c).reinterpret(Structs.KERNEL_SIGACTION.byteSize())
            .set(JAVA_LONG, Structs.offset(Structs.KERNEL_SIGACTION, field), value);
      }
      return result;
    });
  }
}
