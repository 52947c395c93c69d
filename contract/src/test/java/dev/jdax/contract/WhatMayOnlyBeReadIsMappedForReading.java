// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.platform.FailingCalls;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Namespace;
import dev.jdax.pmem.NvdimmImage;
import dev.jdax.spi.Waiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Images and shared files that may not be written: on a mount that is read-only (EROFS), and where open(2) says EACCES or
 * EPERM. They can be mapped for reading, and their readers keep nobody out.
 */
class WhatMayOnlyBeReadIsMappedForReading {
  /** Which system call opens a file: it is found first, and looked at. */
  private static final int OPENING = 3;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final long MIB = 1L << 20;

  @TempDir
  private Path readOnly;
  private Path writable;
  private final DaxBus readers = DaxBus.create();
  private final DaxBus owner = DaxBus.create();

  @BeforeEach
  void rootMounts() {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root, to mount");
  }

  @AfterEach
  void removeWhatWasMade() throws Exception {
    readers.close();
    owner.close();
    if (writable != null) {
      run("umount", readOnly.toString());
      try (var files = Files.list(writable)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(writable);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  /** Shows a folder a second time, read-only. */
  private void showReadOnly(Path folder) throws IOException, InterruptedException {
    writable = folder;
    run("mount", "--bind", folder.toString(), readOnly.toString());
    run("mount", "-o", "remount,bind,ro", readOnly.toString());
  }

  private static Namespace namespace(Path image) throws IOException {
    try (NvdimmImage media = NvdimmImage.open(image, Attachment.DEFAULT.withLabelSize(0))) {
      return media.namespaces().getFirst();
    }
  }

  private void assertReadOnly(DaxRegion region, Path file, Errno errno) throws DaxException {
    assertThat(region.attribute("read_only").show()).isEqualTo("1\n");
    DaxDevice device = region.devices().getFirst();
    assertRefused(errno, () -> device.map(Access.READ_WRITE), "cannot map " + file + " for writing: it could only be "
        + "opened for reading: " + errno.text() + "; map it READ_ONLY");
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      mapping.firstUnreachable(0, mapping.length());
      assertThat(mapping.segment().isReadOnly()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anImageOnAMountThatIsReadOnly(ImageKind kind) throws Exception {
    showReadOnly(kind.folder());
    Path image = kind.make(writable, "image");
    Path shown = readOnly.resolve("image");
    if (kind == ImageKind.IMAGE_HUGETLBFS) {
      assertRefused(Errno.EROFS, () -> readers.add(namespace(shown)),
          "the file has holes, of 14 MiB, and it may not be "
              + "written to fill them; have its owner claim it once, or waive the allocation");
      readers.add(namespace(shown).waiving(Waiver.ALLOCATION)).close();
      owner.add(namespace(image)).close();
    }
    DaxRegion region = readers.add(namespace(shown));
    assertReadOnly(region, shown, Errno.EROFS);
    try (DaxBus others = DaxBus.create();
        DaxMapping reading = region.devices().getFirst().map(Access.READ_ONLY);
        DaxMapping second = others.add(namespace(shown)).devices().getFirst().map(Access.READ_ONLY);
        DaxMapping writing = owner.add(namespace(image)).devices().getFirst().map(Access.READ_WRITE)) {
      writing.segment().set(LONG, 64, 42);
      assertThat(reading.segment().get(LONG, 64)).isEqualTo(42);
      assertThat(second.segment().get(LONG, 64)).isEqualTo(42);
    }
    try (DaxBus late = DaxBus.create()) {
      assertRefused(Errno.EBUSY, () -> late.add(namespace(shown)), "of it is claimed already");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EACCES", "EPERM"})
  void anImageOfAnother(Errno errno) throws Exception {
    Path folder = ImageKind.IMAGE_TMPFS.folder();
    showReadOnly(folder);
    Path image = ImageKind.IMAGE_TMPFS.make(folder, "image");
    Namespace namespace = namespace(image);
    DaxRegion region;
    try (FailingCalls refusing = FailingCalls.failing(OPENING, errno.number())) {
      region = readers.add(namespace);
      assertThat(refusing.calls()).startsWith("openat", "fstat", "openat", "openat").doesNotContain("fallocate");
    }
    assertReadOnly(region, image, errno);
  }

  @ParameterizedTest
  @CsvSource({"/dev/shm, SIZE_4K", "hugetlbfs, SIZE_2M"})
  void aSharedFileOnAMountThatIsReadOnly(String where, PageSize pageSize) throws Exception {
    if (pageSize == PageSize.SIZE_2M) {
      Backend.HUGETLBFS_FILE.assumeBlocks(4);
    }
    Path parent = pageSize == PageSize.SIZE_2M ? Backend.mount().orElseThrow() : Path.of(where);
    showReadOnly(Files.createTempDirectory(parent, "jdax-contract-"));
    Path file = writable.resolve("shared");
    DaxDevice makers = owner.add(HmemRegion.of(4 * MIB, pageSize).inFile(file)).create(4 * MIB);
    DaxRegion region = readers.add(HmemRegion.attach(readOnly.resolve("shared")));
    assertReadOnly(region, readOnly.resolve("shared"), Errno.EROFS);
    try (DaxMapping writing = makers.map(Access.READ_WRITE);
        DaxMapping reading = region.devices().getFirst().map(Access.READ_ONLY)) {
      writing.segment().set(LONG, 64, 42);
      assertThat(reading.segment().get(LONG, 64)).isEqualTo(42);
    }
    region.close();
    run("truncate", "-s", "6M", file.toString());
    assertRefused(Errno.EROFS, () -> readers.add(HmemRegion.attach(readOnly.resolve("shared"))),
        "the file has holes, of 2 MiB, and it may not be written to fill them; have its owner attach to it once");
  }

  @Test
  void aSharedFileOfAnother() throws Exception {
    showReadOnly(Files.createTempDirectory(Path.of("/dev/shm"), "jdax-contract-"));
    Path file = writable.resolve("shared");
    owner.add(HmemRegion.of(2 * MIB, PageSize.SIZE_4K).inFile(file));
    DaxRegion region;
    try (FailingCalls refusing = FailingCalls.failing(OPENING, Errno.EACCES.number())) {
      region = readers.add(HmemRegion.attach(file));
      assertThat(refusing.calls()).doesNotContain("fallocate");
    }
    assertReadOnly(region, file, Errno.EACCES);
    assertThat(region.attribute("pinned").show()).isEqualTo("1\n");
  }
}
