// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.jdax.ByteSize;
import dev.jdax.PageSize;
import dev.jdax.pmem.InfoBlock.Signature;

/**
 * What Linux 6.12 on x86-64 makes of a namespace with a given info block, and why.
 *
 * <p>Linux tries BTT, fsdax and devdax one after the other ({@code nd_pmem_probe} in drivers/nvdimm/pmem.c). The checks
 * are those of {@code nd_pfn_validate} (drivers/nvdimm/pfn_devs.c) in its order, and then what its drivers trip over
 * although the checks passed. The first that fails decides; the others are listed as far as they make sense.
 *
 * <p>Linux 6.1 differs in one check: it does not see that {@code start_pad} and {@code end_trunc} leave no data behind
 * {@code dataoff}, and fails later.
 *
 * <p>All numbers come from untrusted media. Sums that may wrap are only looked at modulo a power of two, where wrapping
 * does no harm, as in Linux; all others are made of numbers that were compared before, without a sign.
 */
final class InfoBlockCheck {
  private static final long COMPATIBLE = PageSize.SIZE_2M.bytes();
  /** In such parts Linux adds memory ({@code SECTION_SIZE_BITS} of x86-64). */
  private static final long SECTION = 128L << 20;

  /** A damaged signature is still recognized if no more than a quarter of it is wrong. */
  private static final int RESEMBLES = 12;

  private static final String RAW_DISK = "Linux makes a raw disk of the namespace";
  private static final String NO_DRIVER = "Linux leaves the namespace without a driver (EOPNOTSUPP)";
  private static final String IGNORED = "Linux ignores it";

  private final byte[] bytes;
  private final Surroundings around;
  private final List<Problem> problems = new ArrayList<>();
  private LinuxView view;
  private boolean decided;

  private InfoBlockCheck(byte[] bytes, Surroundings around) {
    this.bytes = bytes;
    this.around = around;
  }

  /**
   * Where a namespace's data are.
   *
   * @param offset the first byte in the namespace
   * @param size how many bytes there are: the usable size
   */
  record DataRange(long offset, long size) {
  }

  /**
   * The verdict.
   *
   * @param linux what Linux makes of the namespace
   * @param infoBlock the block, if there is one for devdax or fsdax, right or wrong
   * @param btt the block, if there is one for a BTT, right or wrong
   * @param problems what is not as it should be, in the order in which Linux would find it
   * @param data where the data are, if Linux takes the block
   */
  record Result(LinuxView linux, Optional<InfoBlock> infoBlock, Optional<BttInfoBlock> btt, List<Problem> problems,
      Optional<DataRange> data) {
  }

  /**
   * {@return what Linux makes of a namespace}
   *
   * @param block the 4096 bytes at {@code around.blockOffset()} of the namespace, or empty if they cannot be read
   * @param around the namespace
   */
  static Result check(Optional<byte[]> block, Surroundings around) {
    InfoBlockCheck check = new InfoBlockCheck(block.orElse(new byte[0]), around);
    return block.isEmpty() ? check.unreadable() : check.run();
  }

  private Result unreadable() {
    reject(LinuxView.RAW, InfoBlockField.SIGNATURE, "not readable", "an info block of 4096 bytes, or any other bytes",
        RAW_DISK);
    return result(Optional.empty(), Optional.empty());
  }

  private Result run() {
    Optional<Signature> signature = Signature.of(bytes);
    if (signature.isEmpty()) {
      checkUnknownSignature();
      return result(Optional.empty(), Optional.empty());
    }
    view = signature.get().view();
    if (!around.allowed().contains(signature.get())) {
      reject(LinuxView.RAW, InfoBlockField.SIGNATURE, signature.get().text(), allowedSignatures(), RAW_DISK);
    }
    if (signature.get() == Signature.BTT) {
      checkArena();
      return new Result(view, Optional.empty(), Optional.of(BttInfoBlock.parse(bytes)), List.copyOf(problems),
          Optional.empty());
    }
    if (around.blockOffset() != InfoBlock.OFFSET) {
      return result(Optional.empty(), Optional.empty()); // such a block has no place there
    }
    InfoBlock onMedia = InfoBlock.parse(bytes);
    InfoBlock block = onMedia.effective();
    checkIdentity(onMedia);
    checkSettings(block);
    checkPlaces(block);
    Optional<DataRange> data = checkRoom(block);
    checkWhatLinuxTripsOver(block, data);
    checkWhatLinuxIgnores(block, data);
    return result(Optional.of(onMedia), decided ? Optional.empty() : data);
  }

  private Result result(Optional<InfoBlock> block, Optional<DataRange> data) {
    return new Result(view, block, Optional.empty(), List.copyOf(problems), data);
  }

  private void reject(LinuxView becomes, InfoBlockField field, String value, String allowed, String consequence) {
    add(field, value, allowed, decided ? "by itself: " + consequence : consequence);
    if (!decided) {
      view = becomes;
      decided = true;
    }
  }

  private void add(InfoBlockField field, String value, String allowed, String consequence) {
    problems.add(new Problem("info block", field.toString(),
        around.fileOffset() + around.blockOffset() + field.offset(), value, allowed, consequence));
  }

  /** Most raw namespaces hold just data there; only what was or should be an info block is a problem. */
  private void checkUnknownSignature() {
    view = LinuxView.RAW;
    boolean damaged = false;
    for (Signature known : Signature.values()) {
      damaged |= known.equalBytes(bytes) >= RESEMBLES;
    }
    boolean labelled = !around.allowed().equals(Surroundings.ALL) && !around.allowed().isEmpty();
    if (damaged || labelled || sealed()) {
      reject(LinuxView.RAW, InfoBlockField.SIGNATURE, signatureText(), allowedSignatures(), RAW_DISK);
    }
  }

  private boolean sealed() {
    long checksum = little().getLong(InfoBlockField.CHECKSUM.offset());
    return checksum != 0 && checksum == computedChecksum();
  }

  private ByteBuffer little() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long computedChecksum() {
    return Fletcher64.ofStructure(bytes, InfoBlockField.CHECKSUM.offset());
  }

  private String signatureText() {
    int end = Signature.LENGTH;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < end; i++) {
      if (bytes[i] < ' ' || bytes[i] > '~') {
        return HexFormat.of().formatHex(bytes, 0, Signature.LENGTH);
      }
      text.append((char) bytes[i]);
    }
    return end == 0 ? "zero" : "\"" + text + "\"";
  }

  private String allowedSignatures() {
    return around.allowed().isEmpty()
        ? "none, because Linux does not know the abstraction in the label"
        : around.allowed().stream().sorted().map(Signature::text).collect(Collectors.joining(" or "));
  }

  private void checkParent(UUID parent) {
    if (!parent.equals(around.parentUuid())) {
      reject(LinuxView.RAW, InfoBlockField.PARENT_UUID, parent.toString(),
          around.parentUuid().equals(Guids.NULL)
              ? around.parentUuid() + ", as the namespace has no label"
              : around.parentUuid() + ", the uuid in the label",
          RAW_DISK);
    }
  }

  private void checkChecksum() {
    long checksum = little().getLong(InfoBlockField.CHECKSUM.offset());
    if (checksum != computedChecksum()) {
      reject(LinuxView.RAW, InfoBlockField.CHECKSUM, ByteSize.hex(checksum),
          ByteSize.hex(computedChecksum()) + ", the Fletcher-64 of the block", RAW_DISK);
    }
  }

  /**
   * A BTT arena's block begins as the others do ({@code nd_btt_arena_is_valid}, {@code nd_btt_version}); what follows is
   * for {@link BttArenas} to check.
   */
  private void checkArena() {
    ByteBuffer in = little();
    UUID parent = InfoBlock.uuid(in, InfoBlockField.PARENT_UUID);
    if (!parent.equals(Guids.NULL)) {
      checkParent(parent);
    }
    checkChecksum();
    String version = Short.toUnsignedInt(in.getShort(InfoBlockField.MAJOR.offset())) + "."
        + Short.toUnsignedInt(in.getShort(InfoBlockField.MINOR.offset()));
    String wanted = around.blockOffset() == InfoBlock.OFFSET ? "1.1" : "2.0";
    if (!version.equals(wanted)) {
      reject(LinuxView.RAW, InfoBlockField.MAJOR, version, wanted + " at offset " + around.blockOffset()
          + " of a namespace", RAW_DISK);
    }
  }

  private void checkIdentity(InfoBlock block) {
    checkChecksum();
    checkParent(block.parentUuid());
    if (block.map().isEmpty()) {
      reject(LinuxView.RAW, InfoBlockField.MODE, Integer.toUnsignedString(block.mode()),
          "1 (memory map in RAM) or 2 (memory map on the device)", RAW_DISK);
    }
  }

  private static boolean onDevice(InfoBlock block) {
    return block.mode() == MapLocation.DEVICE.mode();
  }

  private static boolean devdax(InfoBlock block) {
    return block.signature() == Signature.DEVDAX;
  }

  private static boolean supported(long align) {
    return PageSize.ofBytes(align).isPresent();
  }

  private void checkSettings(InfoBlock block) {
    if (onDevice(block) && block.pageSize() > InfoBlock.PAGE) {
      reject(LinuxView.NONE, InfoBlockField.PAGE_SIZE, ByteSize.format(block.pageSize()),
          "at most 4 KiB, the page size of x86-64", NO_DRIVER);
    }
    if (onDevice(block) && block.pageStructSize() < InfoBlock.PAGE_STRUCT) {
      reject(LinuxView.NONE, InfoBlockField.PAGE_STRUCT_SIZE, String.valueOf(block.pageStructSize()),
          "at least 64, what Linux needs for a page", NO_DRIVER);
    }
    long align = block.effectiveAlign();
    if (devdax(block) && !supported(align)) {
      reject(LinuxView.NONE, InfoBlockField.ALIGN, alignText(block), "4 KiB, 2 MiB or 1 GiB", NO_DRIVER);
    }
    if (Long.compareUnsigned(align, around.size()) > 0) {
      reject(LinuxView.NONE, InfoBlockField.ALIGN, alignText(block),
          "at most the namespace's size, " + ByteSize.format(around.size()), NO_DRIVER);
    }
  }

  private static String alignText(InfoBlock block) {
    if (block.align() != 0) {
      return ByteSize.format(block.align());
    }
    String taken = block.dataOffset() == 0 ? "2^63" : ByteSize.hex(block.effectiveAlign());
    return "0, for which Linux takes " + taken + " because of dataoff";
  }

  private void checkPlaces(InfoBlock block) {
    long offset = block.dataOffset();
    if (Long.compareUnsigned(offset, around.size()) >= 0) {
      reject(LinuxView.NONE, InfoBlockField.DATA_OFFSET, ByteSize.hex(offset),
          "less than the namespace's size, " + ByteSize.hex(around.size()), NO_DRIVER);
    }
    long align = block.effectiveAlign();
    boolean misplaced = (around.start() + offset + block.startPad() & align - 1) != 0;
    if (offset % InfoBlock.PAGE != 0) {
      reject(LinuxView.NONE, InfoBlockField.DATA_OFFSET, ByteSize.hex(offset), "a multiple of 4 KiB", NO_DRIVER);
    } else if (misplaced && (supported(align) || !devdax(block))) {
      reject(LinuxView.NONE, InfoBlockField.DATA_OFFSET, ByteSize.hex(offset),
          "what puts the data, behind " + ByteSize.hex(around.start() + block.startPad()) + ", at a multiple of "
              + ByteSize.format(align),
          NO_DRIVER);
    }
    if ((around.start() + block.startPad()) % COMPATIBLE != 0) {
      reject(LinuxView.NONE, InfoBlockField.START_PAD, ByteSize.hex(block.startPad()),
          "what makes the start, " + ByteSize.hex(around.start()) + " and it, a multiple of 2 MiB", NO_DRIVER);
    }
    if ((around.start() + around.size() - block.endTrunc()) % COMPATIBLE != 0) {
      reject(LinuxView.NONE, InfoBlockField.END_TRUNC, ByteSize.hex(block.endTrunc()),
          "what makes the end, " + ByteSize.hex(around.start() + around.size()) + " less it, a multiple of 2 MiB",
          NO_DRIVER);
    }
  }

  /** {@return where the data are, if there is room for any} */
  private Optional<DataRange> checkRoom(InfoBlock block) {
    long offset = block.dataOffset();
    if (Long.compareUnsigned(offset, around.size()) >= 0) {
      return Optional.empty();
    }
    long room = around.size() - block.startPad() - block.endTrunc();
    if (room < 0) {
      InfoBlockField larger = block.startPad() > block.endTrunc() ? InfoBlockField.START_PAD : InfoBlockField.END_TRUNC;
      reject(LinuxView.NONE, larger, ByteSize.hex(Math.max(block.startPad(), block.endTrunc())),
          "what is, with " + (larger == InfoBlockField.END_TRUNC ? "start_pad " : "end_trunc ")
              + ByteSize.hex(Math.min(block.startPad(), block.endTrunc())) + ", no more than the namespace's size, "
              + ByteSize.hex(around.size()),
          "Linux subtracts without a sign, takes the block, and then fails to make a device");
      return Optional.empty();
    }
    if (offset >= room) {
      reject(LinuxView.NONE, InfoBlockField.DATA_OFFSET, ByteSize.hex(offset),
          "less than what start_pad and end_trunc leave, " + ByteSize.hex(room), NO_DRIVER);
      return Optional.empty();
    }
    return Optional.of(new DataRange(offset + block.startPad(), room - offset));
  }

  /** What {@code nd_pfn_validate} lets pass and the drivers after it cannot use, in the order of their steps. */
  private void checkWhatLinuxTripsOver(InfoBlock block, Optional<DataRange> data) {
    long offset = block.dataOffset();
    if (block.map().isPresent() && Long.compareUnsigned(offset, InfoBlock.RESERVED) < 0) {
      boolean nothing = devdax(block) && onDevice(block) && offset == 0;
      reject(LinuxView.NONE, InfoBlockField.DATA_OFFSET, ByteSize.hex(offset),
          "at least 0x2000, behind the info block",
          nothing
              ? "Linux takes the block, and then cannot reserve metadata of no size (EBUSY): there is no device"
              : "Linux takes the block, and then its driver fails (EINVAL): there is no device");
    }
    if (devdax(block) && block.align() == 0 && supported(block.effectiveAlign())) {
      reject(LinuxView.NONE, InfoBlockField.ALIGN, alignText(block), "4 KiB, 2 MiB or 1 GiB",
          "Linux takes the block, and then makes no region of alignment 0 (ENOMEM): there is no device");
    }
    if (data.isEmpty()) {
      return;
    }
    long size = data.get().size();
    if (devdax(block) && supported(block.align()) && block.align() > COMPATIBLE && size % block.align() != 0) {
      reject(LinuxView.NONE, InfoBlockField.END_TRUNC, ByteSize.hex(block.endTrunc()),
          "what leaves data of a multiple of " + ByteSize.format(block.align()) + ", not of " + ByteSize.format(size),
          "Linux takes the block, and then makes no region that ends inside a block (ENOMEM): there is no device");
    }
    long sections = wholeSections(block);
    long needed = COMPATIBLE * (sections + 1);
    if (onDevice(block) && offset >= InfoBlock.RESERVED && sections > 0 && offset < needed) {
      reject(LinuxView.NONE, InfoBlockField.DATA_OFFSET, ByteSize.hex(offset),
          "at least " + ByteSize.hex(needed) + ", behind the memory map of " + sections + " x 128 MiB",
          "Linux takes the block, and then has no room for the memory map (ENOMEM): no device can be opened");
    }
  }

  /**
   * {@return how many whole sections, at multiples of 128 MiB, lie in the namespace without its pads}
   *
   * <p>Only of those Linux has the memory map on the device, 2 MiB each at a multiple of 2 MiB; of the parts of
   * sections at both ends it has it in RAM ({@code vmemmap_populate} in arch/x86/mm/init_64.c).
   */
  private long wholeSections(InfoBlock block) {
    long first = Math.ceilDiv(around.start() + block.startPad(), SECTION);
    return Math.max(0, (around.start() + around.size() - block.endTrunc()) / SECTION - first);
  }

  private void checkWhatLinuxIgnores(InfoBlock block, Optional<DataRange> data) {
    if (block.major() != 1 || block.minor() > 4) {
      add(InfoBlockField.MAJOR, block.major() + "." + block.minor(), "1.0 to 1.4",
          "Linux does not compare it, and reads the block as version 1." + Math.min(block.minor(), 4));
    }
    if (block.minor() >= 3 && block.flags() != 0) {
      add(InfoBlockField.FLAGS, ByteSize.hex(block.flags()), "0", IGNORED);
    }
    if (block.minor() >= 3 && !block.padding().isZero()) {
      add(InfoBlockField.PADDING, "not zero", "zero", IGNORED);
    }
    data.map(range -> range.size() / InfoBlock.PAGE).ifPresent(most -> {
      if (Long.compareUnsigned(block.pages(), most) > 0) {
        add(InfoBlockField.PAGES, Long.toUnsignedString(block.pages()),
            "at most " + most + ", the pages that there are", IGNORED);
      }
    });
  }
}
