// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;
import dev.jdax.pmem.InfoBlockCheck.DataRange;
import dev.jdax.pmem.InfoBlockCheck.Result;
import org.junit.jupiter.api.Test;

/**
 * {@link InfoBlockCheck} over blocks of which one field was changed: P-32 to P-61, where the same was done to
 * images and Linux booted with them.
 */
class LinuxJudgesAnInfoBlock {
  private static final long MIB = 1L << 20;
  private static final long START = 0x100000000L;
  private static final long SIZE = 256 * MIB;
  private static final long FILE_OFFSET = 0x4000000;
  private static final UUID PARENT = new UUID(3, 4);
  private static final String RAW_DISK = "; Linux makes a raw disk of the namespace";
  private static final String NO_DRIVER = "; Linux leaves the namespace without a driver (EOPNOTSUPP)";

  /** Writes into the bytes of a block, which is little-endian. */
  private interface Change extends Consumer<ByteBuffer> {
  }

  private static Surroundings around(Set<Signature> allowed) {
    return new Surroundings(PARENT, START, SIZE, FILE_OFFSET, allowed);
  }

  private static byte[] bytes(Signature signature, PageSize align, MapLocation map, Change change) throws Exception {
    byte[] bytes = Plan.ofRaw(SIZE, START, align, map).toInfoBlock(signature, new UUID(1, 2), PARENT).toBytes();
    change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    return Signature.of(bytes).isPresent() ? InfoBlock.parse(bytes).withChecksum().toBytes() : bytes;
  }

  private static Result check(byte[] bytes) {
    return InfoBlockCheck.check(Optional.of(bytes), around(Surroundings.ALL));
  }

  private static Result check(Signature signature, PageSize align, MapLocation map, Change change) throws Exception {
    return check(bytes(signature, align, map, change));
  }

  private static Result devdax(Change change) throws Exception {
    return check(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE, change);
  }

  private static Result devdax4k(Change change) throws Exception {
    return check(Signature.DEVDAX, PageSize.SIZE_4K, MapLocation.DEVICE, change);
  }

  private static Result inRam(Change change) throws Exception {
    return check(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.RAM, change);
  }

  private static void assertJudged(Result result, LinuxView view, String... sentences) {
    assertThat(result.problems()).extracting(Problem::toString).containsExactly(sentences);
    assertThat(result.linux()).isEqualTo(view);
    assertThat(result.data().isPresent()).isEqualTo(view == LinuxView.DEVDAX || view == LinuxView.FSDAX);
  }

  @Test
  void aSoundOneIsWhatItSays() throws Exception {
    assertJudged(devdax(in -> {
    }), LinuxView.DEVDAX);
    assertJudged(check(Signature.FSDAX, PageSize.SIZE_2M, MapLocation.RAM, in -> {
    }), LinuxView.FSDAX);
  }

  /** P-31. */
  @Test
  void oneThatCannotBeReadIsARawDisk() {
    Result result = InfoBlockCheck.check(Optional.empty(), around(Surroundings.ALL));
    assertJudged(result, LinuxView.RAW,
        "info block: signature at 0x4001000 is not readable, allowed is an info block of"
            + " 4096 bytes, or any other bytes" + RAW_DISK);
    assertThat(result.infoBlock()).isEmpty();
  }

  @Test
  void otherBytesAreARawDiskAndNoProblem() {
    byte[] bytes = new byte[InfoBlock.SIZE];
    assertJudged(check(bytes), LinuxView.RAW);
    bytes[1080] = 0x53;
    assertJudged(check(bytes), LinuxView.RAW);
    assertThat(InfoBlockCheck.check(Optional.of(bytes), around(Set.of())).problems()).isEmpty();
  }

  /** P-32. */
  @Test
  void aDamagedSignatureMakesItARawDisk() throws Exception {
    Result result = devdax(in -> in.put(7, (byte) 'F'));
    assertJudged(result, LinuxView.RAW, "info block: signature at 0x4001000 is \"NVDIMM_FAX_INFO\", allowed is"
        + " NVDIMM_DAX_INFO or NVDIMM_PFN_INFO or BTT_ARENA_INFO" + RAW_DISK);
    assertThat(result.infoBlock()).isEmpty();
    assertThat(devdax(in -> in.put(0, (byte) 0xff)).problems()).first().extracting(Problem::value)
        .isEqualTo("ff5644494d4d5f4441585f494e464f00");
  }

  @Test
  void anotherSignatureOverARightChecksumIsAProblem() throws Exception {
    byte[] bytes = bytes(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.RAM, in -> in.put(0, new byte[16]));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(4088, Fletcher64.ofStructure(bytes, 4088));
    assertThat(check(bytes).problems()).singleElement().extracting(Problem::value).isEqualTo("zero");
  }

  @Test
  void aLabelThatNamesAnAbstractionWantsItsBlock() {
    assertJudged(InfoBlockCheck.check(Optional.of(new byte[InfoBlock.SIZE]), around(Set.of(Signature.DEVDAX))),
        LinuxView.RAW, "info block: signature at 0x4001000 is zero, allowed is NVDIMM_DAX_INFO" + RAW_DISK);
  }

  /** P-03. */
  @Test
  void oneThatTheLabelDoesNotNameIsNotLookedFor() throws Exception {
    byte[] bytes = bytes(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.RAM, in -> {
    });
    assertJudged(InfoBlockCheck.check(Optional.of(bytes), around(Set.of(Signature.FSDAX))), LinuxView.RAW,
        "info block: signature at 0x4001000 is NVDIMM_DAX_INFO, allowed is NVDIMM_PFN_INFO" + RAW_DISK);
    assertJudged(InfoBlockCheck.check(Optional.of(bytes), around(Set.of())), LinuxView.RAW,
        "info block: signature at 0x4001000 is NVDIMM_DAX_INFO, allowed is none, because Linux does not know the"
            + " abstraction in the label" + RAW_DISK);
    assertThat(InfoBlockCheck.check(Optional.of(bytes), around(Set.of(Signature.DEVDAX))).linux())
        .isEqualTo(LinuxView.DEVDAX);
  }

  /** P-33. */
  @Test
  void aWrongChecksumMakesItARawDisk() throws Exception {
    byte[] bytes = bytes(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE, in -> {
    });
    InfoBlock sound = InfoBlock.parse(bytes);
    bytes[4088] ^= 1;
    assertJudged(check(bytes), LinuxView.RAW, "info block: checksum at 0x4001ff8 is 0x"
        + Long.toHexString(sound.checksum() ^ 1) + ", allowed is 0x" + Long.toHexString(sound.checksum())
        + ", the Fletcher-64 of the block" + RAW_DISK);
    assertThat(check(bytes).infoBlock().orElseThrow().uuid()).isEqualTo(sound.uuid());
  }

  /** P-34. */
  @Test
  void anotherParentMakesItARawDisk() throws Exception {
    Change change = in -> in.putLong(40, 0);
    assertJudged(devdax(change), LinuxView.RAW,
        "info block: parent_uuid at 0x4001020 is 00000000-0000-0003-0000-000000000000, allowed is"
            + " 00000000-0000-0003-0000-000000000004, the uuid in the label" + RAW_DISK);
    Surroundings labelless = new Surroundings(new UUID(0, 0), START, SIZE, 0, Surroundings.ALL);
    byte[] bytes = bytes(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE, change);
    assertJudged(InfoBlockCheck.check(Optional.of(bytes), labelless), LinuxView.RAW,
        "info block: parent_uuid at 0x1020 is 00000000-0000-0003-0000-000000000000, allowed is"
            + " 00000000-0000-0000-0000-000000000000, as the namespace has no label" + RAW_DISK);
  }

  /** P-35. */
  @Test
  void anotherModeMakesItARawDisk() throws Exception {
    for (int mode : new int[]{0, 3, -1}) {
      assertJudged(devdax(in -> in.putInt(72, mode)), LinuxView.RAW, "info block: mode at 0x4001048 is "
          + Integer.toUnsignedString(mode) + ", allowed is 1 (memory map in RAM) or 2 (memory map on the device)"
          + RAW_DISK);
    }
  }

  /** P-37. */
  @Test
  void largerPagesFitNoMemoryMapOnTheDevice() throws Exception {
    assertJudged(devdax(in -> in.putInt(88, 65536)), LinuxView.NONE,
        "info block: page_size at 0x4001058 is 64 KiB, allowed is at most 4 KiB, the page size of x86-64" + NO_DRIVER);
    assertJudged(devdax(in -> in.putInt(88, 2048)), LinuxView.DEVDAX);
    assertJudged(inRam(in -> in.putInt(88, -1)), LinuxView.DEVDAX);
    assertJudged(devdax(in -> in.putShort(54, (short) 3).putInt(88, 65536)), LinuxView.DEVDAX);
  }

  /** P-38. */
  @Test
  void smallerPageStructuresFitNoMemoryMapOnTheDevice() throws Exception {
    assertJudged(devdax(in -> in.putShort(92, (short) 32)), LinuxView.NONE,
        "info block: page_struct_size at 0x400105c is 32, allowed is at least 64, what Linux needs for a page"
            + NO_DRIVER);
    assertJudged(devdax(in -> in.putShort(92, (short) 128)), LinuxView.DEVDAX);
    assertJudged(inRam(in -> in.putShort(92, (short) 0)), LinuxView.DEVDAX);
    assertJudged(devdax(in -> in.putShort(54, (short) 3).putShort(92, (short) 0)), LinuxView.DEVDAX);
  }

  /** P-39. */
  @Test
  void anAlignmentIsOneOfThree() throws Exception {
    assertJudged(devdax(in -> in.putInt(84, 8192)), LinuxView.NONE,
        "info block: align at 0x4001054 is 8 KiB, allowed is 4 KiB, 2 MiB or 1 GiB" + NO_DRIVER);
    assertJudged(check(Signature.FSDAX, PageSize.SIZE_2M, MapLocation.DEVICE, in -> in.putInt(84, 8192)),
        LinuxView.FSDAX);
  }

  /** P-42. */
  @Test
  void anAlignmentIsNoLargerThanTheNamespace() throws Exception {
    assertJudged(devdax(in -> in.putInt(84, 1 << 30).putLong(56, 0xf000000)), LinuxView.NONE,
        "info block: align at 0x4001054 is 1 GiB, allowed is at most the namespace's size, 256 MiB" + NO_DRIVER,
        "info block: dataoff at 0x4001038 is 0xf000000, allowed is what puts the data, behind 0x100000000, at a"
            + " multiple of 1 GiB; by itself: Linux leaves the namespace without a driver (EOPNOTSUPP)",
        "info block: end_trunc at 0x4001050 is 0x0, allowed is what leaves data of a multiple of 1 GiB, not of 16 MiB;"
            + " by itself: Linux takes the block, and then makes no region that ends inside a block (ENOMEM): there is"
            + " no device",
        "info block: npfns at 0x4001040 is 64000, allowed is at most 4096, the pages that there are; Linux ignores it");
  }

  /** P-43. */
  @Test
  void theDataBeginInsideTheNamespace() throws Exception {
    for (long offset : new long[]{SIZE, SIZE + 2 * MIB, -65536, Long.MIN_VALUE, 1L << 62}) {
      assertThat(devdax4k(in -> in.putLong(56, offset)).problems()).extracting(Problem::toString).first()
          .isEqualTo("info block: dataoff at 0x4001038 is 0x" + Long.toHexString(offset)
              + ", allowed is less than the namespace's size, 0x10000000" + NO_DRIVER);
      assertJudged(devdax4k(in -> in.putLong(56, offset)), LinuxView.NONE,
          "info block: dataoff at 0x4001038 is 0x" + Long.toHexString(offset)
              + ", allowed is less than the namespace's size, 0x10000000" + NO_DRIVER);
    }
  }

  /** P-44: 0x601000 was refused at 2 MiB and accepted at 4 KiB. */
  @Test
  void theDataBeginAtAMultipleOfTheAlignment() throws Exception {
    Change change = in -> in.putLong(56, 0x601000).putLong(64, 0xf9ff);
    assertJudged(devdax(change), LinuxView.NONE,
        "info block: dataoff at 0x4001038 is 0x601000, allowed is what puts the data, behind 0x100000000, at a multiple"
            + " of 2 MiB" + NO_DRIVER);
    assertJudged(devdax4k(change), LinuxView.DEVDAX);
    assertThat(devdax4k(change).data()).contains(new DataRange(0x601000, SIZE - 0x601000));
    assertJudged(devdax4k(in -> in.putLong(56, 0x600800).putLong(64, 0)), LinuxView.NONE,
        "info block: dataoff at 0x4001038 is 0x600800, allowed is a multiple of 4 KiB" + NO_DRIVER);
  }

  /** P-46. */
  @Test
  void thePaddedStartIsAMultipleOf2MiB() throws Exception {
    assertJudged(devdax4k(in -> in.putInt(76, 1 << 20).putLong(64, 0)), LinuxView.NONE,
        "info block: start_pad at 0x400104c is 0x100000, allowed is what makes the start, 0x100000000 and it, a"
            + " multiple of 2 MiB" + NO_DRIVER);
  }

  /** P-47. */
  @Test
  void theTruncatedEndIsAMultipleOf2MiB() throws Exception {
    assertJudged(devdax(in -> in.putInt(80, 4096).putLong(64, 0)), LinuxView.NONE,
        "info block: end_trunc at 0x4001050 is 0x1000, allowed is what makes the end, 0x110000000 less it, a"
            + " multiple of 2 MiB" + NO_DRIVER);
  }

  /** P-48. */
  @Test
  void paddingAndTruncationLeaveDataBehindTheOffset() throws Exception {
    assertJudged(inRam(in -> in.putInt(76, (int) (128 * MIB)).putInt(80, (int) (126 * MIB))), LinuxView.NONE,
        "info block: dataoff at 0x4001038 is 0x200000, allowed is less than what start_pad and end_trunc leave,"
            + " 0x200000" + NO_DRIVER);
  }

  /** P-49. */
  @Test
  void paddingAndTruncationMoveTheData() throws Exception {
    Result padded = devdax(in -> in.putInt(76, 2 << 20).putLong(64, 0));
    assertJudged(padded, LinuxView.DEVDAX);
    assertThat(padded.data()).contains(new DataRange(8 * MIB, 248 * MIB));
    Result truncated = devdax(in -> in.putInt(80, 2 << 20).putLong(64, 0));
    assertJudged(truncated, LinuxView.DEVDAX);
    assertThat(truncated.data()).contains(new DataRange(6 * MIB, 248 * MIB));
    assertJudged(devdax(in -> in.putLong(16, 0).putLong(24, 0)), LinuxView.DEVDAX);
    assertThat(devdax(in -> in.putShort(54, (short) 0).putInt(84, 0).putInt(76, 5).putInt(80, 7)).problems())
        .extracting(Problem::field).containsExactly("align");
  }

  /** The earlier check decides, and the later one is told with what it means by itself. */
  @Test
  void ofTwoMistakesTheEarlierDecides() throws Exception {
    byte[] bytes = bytes(Signature.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE,
        in -> in.putInt(72, 7).putLong(32, 9).putInt(84, 8192));
    bytes[4095] ^= 1;
    Result result = check(bytes);
    assertThat(result.linux()).isEqualTo(LinuxView.RAW);
    assertThat(result.problems()).extracting(Problem::field).containsExactly("checksum", "parent_uuid", "mode",
        "align");
    assertThat(result.problems()).extracting(Problem::consequence).containsExactly(
        "Linux makes a raw disk of the namespace", "by itself: Linux makes a raw disk of the namespace",
        "by itself: Linux makes a raw disk of the namespace",
        "by itself: Linux leaves the namespace without a driver (EOPNOTSUPP)");
  }

  @Test
  void allMistakesOfGeometryAreToldInTheOrderOfTheChecks() throws Exception {
    Result result = devdax(in -> in.putInt(88, 8192).putShort(92, (short) 1).putInt(84, 3).putLong(56, 0xffff801)
        .putInt(76, 4096).putInt(80, 4096));
    assertThat(result.linux()).isEqualTo(LinuxView.NONE);
    assertThat(result.problems()).extracting(Problem::field).containsExactly("page_size", "page_struct_size", "align",
        "dataoff", "start_pad", "end_trunc", "dataoff");
    assertThat(result.problems()).extracting(Problem::consequence).first()
        .isEqualTo("Linux leaves the namespace without a driver (EOPNOTSUPP)");
    assertThat(result.problems().subList(1, 7)).extracting(Problem::consequence)
        .allMatch(List.of("by itself: Linux leaves the namespace without a driver (EOPNOTSUPP)")::contains);
  }
}
