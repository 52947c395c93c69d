// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static dev.jdax.guest.Dimms.LABELS;
import static dev.jdax.guest.Dimms.MIB;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import dev.jdax.PageSize;
import dev.jdax.guest.Dimms.Dimm;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.LabelVersion;
import dev.jdax.pmem.LinuxView;
import dev.jdax.pmem.MapLocation;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NamespaceRequest;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program that knows nothing of jdax, on the devices of an image that jdax has made: what fio writes to one in the
 * guest, jdax reads from the image and checks, and what jdax writes to the image, fio verifies in the guest.
 */
@BootsAGuest
@ParameterizedClass
@EnumSource
class FioIsARealClient {
  private static final long SEED = Long.getLong("jdax.seed", new Random().nextInt(Integer.MAX_VALUE));
  private static final List<String> WRITTEN_BY_FIO = List.of("fio-2m", "fio-4k");
  private static final List<String> WRITTEN_BY_JDAX = List.of("jdax-2m", "jdax-4k");
  /** Written by jdax, too, and then changed. */
  private static final String DAMAGED = "damaged";
  private static final long DAMAGE = 3 * MIB + 1234;

  private static Dimm image;
  private static Outcome outcome;

  FioIsARealClient(Kernel kernel) {
    assertThat(outcome.folder().toString()).endsWith(kernel.series());
  }

  @BeforeParameterizedClassInvocation
  static void boot(Kernel kernel) throws Exception {
    Dimms dimms = Dimms.of("fio", kernel);
    image = dimms.labelled("namespaces", 128 * MIB);
    try (ImageEditor editor = image.edit()) {
      editor.initLabels(LabelVersion.V1_2, LABELS);
      editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.DEVICE, 32).withName("fio-2m"));
      editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM, 16).withName("fio-4k"));
      editor.createNamespace(devdax(PageSize.SIZE_2M, MapLocation.RAM, 32).withName("jdax-2m"));
      editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.DEVICE, 16).withName("jdax-4k"));
      editor.createNamespace(devdax(PageSize.SIZE_4K, MapLocation.RAM, 16).withName(DAMAGED));
    }
    for (String name : WRITTEN_BY_JDAX) {
      writeAsFio(name);
    }
    writeAsFio(DAMAGED);
    onMemory(DAMAGED, memory -> flip(memory, DAMAGE));
    List<String> script = new ArrayList<>(List.of("cd /tmp"));
    for (String name : WRITTEN_BY_FIO) {
      script.add(fio(name, FioJob.Task.WRITE));
    }
    for (String name : WRITTEN_BY_JDAX) {
      script.add(fio(name, FioJob.Task.VERIFY));
    }
    script.add("if " + fio(DAMAGED, FioJob.Task.VERIFY) + "; then exit 64; fi");
    outcome = dimms.in(Guest.of(kernel)).run("fio", String.join("\n", script));
  }

  private static NamespaceRequest devdax(PageSize alignment, MapLocation map, long mib) {
    return NamespaceRequest.of(LinuxView.DEVDAX, alignment, map).withSize(mib * MIB);
  }

  private static Namespace namespace(String name) throws IOException {
    try (NvdimmImage opened = image.open()) {
      return opened.namespace(name);
    }
  }

  /** A job for a device, in blocks of its alignment. */
  private static FioJob job(String name) throws IOException {
    Namespace namespace = namespace(name);
    return new FioJob(namespace.alignment().orElseThrow().bytes(), namespace.size(),
        SEED + Integer.toUnsignedLong(name.hashCode()));
  }

  private static String fio(String name, FioJob.Task task) throws IOException {
    return job(name).onDevice("/dev/" + namespace(name).device().replace("namespace", "dax"), task) + " >/out/" + name
        + " 2>&1";
  }

  private static void onMemory(String name, Consumer<MemorySegment> use) throws IOException {
    Dimms.onMemory(namespace(name), use);
  }

  /** Writes what fio would, by way of a file that fio has written. */
  private static void writeAsFio(String name) throws IOException, InterruptedException {
    Path file = image.file().resolveSibling(name + ".fio");
    job(name).onFile(file, FioJob.Task.WRITE);
    try (FileChannel written = FileChannel.open(file); Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = written.map(FileChannel.MapMode.READ_ONLY, 0, written.size(), arena);
      onMemory(name, memory -> memory.copyFrom(bytes));
    }
  }

  private static void flip(MemorySegment memory, long at) {
    memory.set(JAVA_BYTE, at, (byte) ~memory.get(JAVA_BYTE, at));
  }

  @Test
  void whatFioHasWrittenJdaxReadsAndChecks() throws IOException {
    for (String name : WRITTEN_BY_FIO) {
      assertVerified(name);
      onMemory(name, memory -> assertThat(FioBlocks.check(memory)).describedAs(name)
          .isEqualTo((int) (memory.byteSize() / FioBlocks.INTERVAL)));
    }
  }

  @Test
  void aByteThatIsAnotherIsFoundWhereverItIs() throws IOException {
    Random random = new Random(SEED);
    for (String name : WRITTEN_BY_FIO) {
      onMemory(name, memory -> {
        for (int i = 0; i < 48; i++) {
          // The header is small, and as good a place as any.
          long at = random.nextLong(memory.byteSize() / FioBlocks.INTERVAL) * FioBlocks.INTERVAL
              + (i < 44 ? i : random.nextInt(FioBlocks.INTERVAL));
          flip(memory, at);
          assertThatThrownBy(() -> FioBlocks.check(memory)).describedAs("%s at %s, with -Djdax.seed=%s", name, at, SEED)
              .isInstanceOf(AssertionError.class).hasMessageStartingWith("in fio's block at ");
          flip(memory, at);
        }
        FioBlocks.check(memory);
      });
    }
  }

  @Test
  void fioFindsItsOwnInWhatJdaxHasRead() throws Exception {
    for (String name : WRITTEN_BY_FIO) {
      Path file = image.file().resolveSibling(name + ".read");
      try (FileChannel copy = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
          StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING); Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = copy.map(FileChannel.MapMode.READ_WRITE, 0, namespace(name).size(), arena);
        onMemory(name, bytes::copyFrom);
      }
      job(name).onFile(file, FioJob.Task.VERIFY);
    }
  }

  @Test
  void whatJdaxHasWrittenFioVerifies() throws IOException {
    for (String name : WRITTEN_BY_JDAX) {
      assertVerified(name);
    }
  }

  /** In the guest fio has read every block, and had nothing to complain of. */
  private static void assertVerified(String name) throws IOException {
    FioJob job = job(name);
    assertThat(outcome.text(name)).contains("err= 0", "issued rwts: total=" + job.size() / job.blockSize() + ",")
        .doesNotContain("verify failed", "verify: bad");
  }

  @Test
  void fioFindsAByteThatIsAnother() throws IOException {
    assertThat(outcome.text(DAMAGED)).contains("crc32c: verify failed at file /dev/", "offset "
        + DAMAGE / FioBlocks.INTERVAL * FioBlocks.INTERVAL + ",");
    onMemory(DAMAGED, memory -> {
      assertThatThrownBy(() -> FioBlocks.check(memory)).hasMessageStartingWith("in fio's block at 0x300000, crc32c of");
      flip(memory, DAMAGE);
      FioBlocks.check(memory);
    });
  }
}
