// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static dev.jdax.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.jdax.spi.AddressesOnly;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Attributes}: names, modes and texts byte for byte, and what may be written. */
class AttributesReadAsSysfs {
  private static final long MIB = 1L << 20;
  private static final long START = 0x40000000L;

  private final DaxBus bus = DaxBus.withDrivers(new AddressesOnly());

  @AfterEach
  void closeTheBus() {
    bus.close();
  }

  private DaxRegion region() throws DaxException {
    return bus.add(AddressesOnly.dynamic(512 * MIB, PageSize.SIZE_2M).at(START));
  }

  /** Mode in octal and text of each attribute; without text what cannot be read. */
  private static Map<String, String> shown(List<DaxAttribute> attributes) throws DaxException {
    Map<String, String> shown = new LinkedHashMap<>();
    for (DaxAttribute attribute : attributes) {
      String text = attribute.reader() == null ? "" : attribute.show();
      assertThat(shown.put(attribute.name(), "%04o %s".formatted(attribute.mode(), text))).isNull();
      assertThat((attribute.mode() & 0444) != 0).isEqualTo(attribute.reader() != null);
      assertThat((attribute.mode() & 0222) != 0).isEqualTo(attribute.writer() != null);
    }
    return shown;
  }

  @Test
  void aDynamicRegionHasSevenAndThoseOfItsKind() throws Exception {
    DaxRegion region = bus.add(AddressesOnly.dynamic(512 * MIB, PageSize.SIZE_2M).showing(Map.of("clear", "never")));
    region.createEmpty().resize(64 * MIB);
    region.createEmpty();
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("id", "0444 0\n");
    expected.put("size", "0444 536870912\n");
    expected.put("align", "0400 2097152\n");
    expected.put("available_size", "0444 469762048\n");
    expected.put("seed", "0444 dax0.1\n");
    expected.put("create", "0644 dax0.2\n");
    expected.put("delete", "0200 ");
    expected.put("clear", "0444 never\n");
    assertThat(shown(region.attributes())).containsExactlyEntriesOf(expected);
  }

  @Test
  void aStaticRegionHasThree() throws Exception {
    DaxRegion region = bus.add(AddressesOnly.fixed(12, 3, 64 * MIB, PageSize.SIZE_4K));
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("id", "0444 12\n");
    expected.put("size", "0444 67108864\n");
    expected.put("align", "0400 4096\n");
    assertThat(shown(region.attributes())).containsExactlyEntriesOf(expected);
  }

  @Test
  void aDeviceHasItsOwnAndThreeForEachRange() throws Exception {
    DaxRegion region = bus.add(AddressesOnly.dynamic(512 * MIB, PageSize.SIZE_4K).at(START).onNode(1));
    DaxDevice first = region.create(64 * MIB);
    DaxDevice second = region.create(64 * MIB);
    first.destroy();
    second.disable();
    second.resize(96 * MIB);
    second.resize(144 * MIB);
    second.setAlignment(PageSize.SIZE_2M);
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("size", "0644 150994944\n");
    expected.put("align", "0644 2097152\n");
    expected.put("mapping", "0200 ");
    expected.put("resource", "0400 0x44000000\n");
    expected.put("target_node", "0444 1\n");
    expected.put("numa_node", "0444 1\n");
    expected.put("dev", "0444 0:2\n");
    expected.put("modalias", "0444 dax:t0\n");
    expected.put("mapping0/start", "0400 0x44000000\n");
    expected.put("mapping0/end", "0400 0x47ffffff\n");
    expected.put("mapping0/page_offset", "0400 0x0\n");
    expected.put("mapping1/start", "0400 0x40000000\n");
    expected.put("mapping1/end", "0400 0x43ffffff\n");
    expected.put("mapping1/page_offset", "0400 0x4000\n");
    expected.put("mapping2/start", "0400 0x48000000\n");
    expected.put("mapping2/end", "0400 0x48ffffff\n");
    expected.put("mapping2/page_offset", "0400 0x8000\n");
    assertThat(shown(second.attributes())).containsExactlyEntriesOf(expected);
  }

  @Test
  void aDeviceOfSizeZeroShowsItsRegionsStart() throws Exception {
    Map<String, String> shown = shown(region().devices().getFirst().attributes());
    assertThat(shown).containsEntry("size", "0644 0\n").containsEntry("resource", "0400 0x40000000\n")
        .containsEntry("numa_node", "0444 -1\n").doesNotContainKey("target_node")
        .allSatisfy((name, text) -> assertThat(name).doesNotMatch("mapping\\d.*"));
  }

  @Test
  void aStaticDeviceIsOnlyRead() throws Exception {
    DaxDevice device = bus.add(AddressesOnly.fixed(12, 3, 64 * MIB, PageSize.SIZE_4K)).devices().getFirst();
    assertThat(shown(device.attributes())).containsEntry("size", "0444 67108864\n")
        .containsEntry("align", "0444 4096\n").containsEntry("mapping0/end", "0400 0x3ffffff\n");
    assertRefused(() -> device.attribute("size").store("0"), Errno.EACCES,
        "cannot write size of dax12.3: its mode is 0444; it can only be read (EACCES)");
    assertRefused(() -> device.attribute("align").store("4096"), Errno.EACCES);
    assertRefused(() -> device.attribute("mapping"), Errno.ENOENT);
    DaxRegion region = device.region();
    for (String hidden : List.of("create", "delete", "seed", "available_size")) {
      assertRefused(() -> region.attribute(hidden), Errno.ENOENT);
    }
    assertRefused(() -> region.attribute("delete"), Errno.ENOENT,
        "cannot find attribute delete of region 12 (addresses:"
            + " dax12.3 of 64 MiB): it has none of that name; it has id, size, align (ENOENT)");
  }

  @Test
  void noRangeIsTakenThatIsGivenByHand() throws Exception {
    DaxDevice device = region().devices().getFirst();
    assertRefused(() -> device.attribute("mapping").store("0x40000000-0x401fffff"), Errno.EOPNOTSUPP,
        "cannot write \"0x40000000-0x401fffff\" to mapping of " + device
            + ": a range that is given by hand can crash the kernel, and is dropped in silence where it is misaligned;"
            + " write to size: the ranges follow from it (EOPNOTSUPP)");
  }

  @Test
  void whatIsOnlyWrittenIsNotReadAndTheOtherWayRound() throws Exception {
    DaxRegion region = region();
    assertRefused(() -> region.attribute("delete").show(), Errno.EACCES,
        "cannot read delete of region 0 (addresses: 512"
            + " MiB of addresses): its mode is 0200; it can only be written (EACCES)");
    for (String readOnly : List.of("id", "size", "align", "available_size", "seed")) {
      assertRefused(() -> region.attribute(readOnly).store("1"), Errno.EACCES);
    }
    assertRefused(() -> region.attribute("align").store(""), Errno.EACCES);
  }

  @Test
  void nothingIsNoText() throws Exception {
    DaxRegion region = region();
    assertRefused(() -> region.attribute("create").store(""), Errno.EINVAL,
        "cannot write create of region 0 (addresses:"
            + " 512 MiB of addresses): a text of length 0 changes nothing; write a value, or a newline to clear it (EINVAL)");
    assertRefused(() -> region.devices().getFirst().attribute("size").store(""), Errno.EINVAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4194304", "4194304\n", "0x400000", "0X400000\n", "020000000", "+4194304", "+0x400000"})
  void aSizeIsReadAsTheKernelReadsNumbers(String text) throws Exception {
    DaxDevice device = region().devices().getFirst();
    device.attribute("size").store(text);
    assertThat(device.attribute("size").show()).isEqualTo("4194304\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1M", "abc", "-1", "-2097152", " 4194304", "4194304 ", "\n", "4194304\n\n", "0x", "0xg", "08",
      "0b1", "++2097152", "+", "2_097_152", "0x+200000", "\u0662"})
  void whatIsNoNumberIsNoSize(String text) throws Exception {
    DaxDevice device = region().devices().getFirst();
    assertRefused(() -> device.attribute("size").store(text), Errno.EINVAL);
    assertThat(device.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"18446744073709551616", "0x10000000000000000", "99999999999999999999999999",
      "02000000000000000000000"})
  void aNumberOfMoreThan64BitsIsOutOfRange(String text) throws Exception {
    DaxDevice device = region().devices().getFirst();
    assertRefused(() -> device.attribute("size").store(text), Errno.ERANGE,
        "cannot write \"" + text + "\" to size of dax0.0: it is larger than 18446744073709551615; write less (ERANGE)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"18446744073709551616 and more", "0x10000000000000000g", "99999999999999999999M"})
  void aNumberOfMoreThan64BitsIsOutOfRangeWhateverStandsBehindIt(String text) throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.devices().getFirst();
    assertRefused(() -> device.attribute("size").store(text), Errno.ERANGE);
    assertRefused(() -> device.attribute("align").store(text), Errno.ENXIO);
    assertRefused(() -> region.attribute("create").store(text), Errno.ERANGE);
    assertRefused(() -> region.attribute("create").store("-" + text), Errno.ERANGE);
  }

  /** Of a long text the first page is judged, and no sentence has all of it. */
  @ParameterizedTest
  @ValueSource(ints = {4096, 4097, 600_000})
  void ofALongTextAPageIsRead(int length) throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.devices().getFirst();
    String digits = "9".repeat(length);
    assertRefused(() -> device.attribute("size").store(digits), Errno.ERANGE, "cannot write \"" + "9".repeat(64)
        + "... (4096 characters)\" to size of dax0.0: it is larger than 18446744073709551615; write less (ERANGE)");
    assertRefused(() -> device.attribute("align").store(digits), Errno.ENXIO);
    assertRefused(() -> region.attribute("create").store(digits + "\n"), Errno.ERANGE);
    assertRefused(() -> region.attribute("delete").store(digits), Errno.ENXIO, "cannot delete " + "9".repeat(64)
        + "... (4096 characters) of region 0 (addresses: 512 MiB of addresses): the region has no device of that name;"
        + " ask the region for its devices (ENXIO)");
    assertRefused(() -> region.attribute("create").store("1".repeat(3) + "x".repeat(length)), Errno.EINVAL);
  }

  @Test
  void ofALongTextThatIsAcceptedTheRestIsNotTaken() throws Exception {
    DaxDevice device = region().devices().getFirst();
    device.attribute("size").store("4194304\0" + "x".repeat(600_000));
    assertThat(device.size()).isEqualTo(4194304);
    assertRefused(() -> device.attribute("size").store("0".repeat(4096) + "4194304"), Errno.E2BIG,
        "cannot write \"" + "0".repeat(64) + "... (4103 characters)\" to size of dax0.0: the first 4096 characters were"
            + " taken, which is all that sysfs takes at a time; write less (E2BIG)");
    assertThat(device.size()).isZero();
  }

  @Test
  void aNumberOfMoreThan32BitsIsTooLargeOrTooSmallForCreate() throws Exception {
    DaxAttribute create = region().attribute("create");
    assertRefused(() -> create.store("2147483647"), Errno.EINVAL);
    assertRefused(() -> create.store("2147483648"), Errno.ERANGE, "cannot write \"2147483648\" to create of region 0"
        + " (addresses: 512 MiB of addresses): it is larger than 2147483647; write less (ERANGE)");
    assertRefused(() -> create.store("2147483648 "), Errno.EINVAL);
    assertRefused(() -> create.store("-2147483648"), Errno.EINVAL);
    assertRefused(() -> create.store("-2147483649"), Errno.ERANGE, "cannot write \"-2147483649\" to create of region 0"
        + " (addresses: 512 MiB of addresses): it is less than -2147483648; write more (ERANGE)");
  }

  @Test
  void aTextEndsAtItsFirstNul() throws Exception {
    DaxRegion region = region();
    region.attribute("create").store("1\n\0 ");
    region.devices().getFirst().attribute("size").store("2097152\0M");
    assertThat(region.devices().getFirst().size()).isEqualTo(2 * MIB);
    assertRefused(() -> region.devices().getFirst().attribute("size").store("\0000"), Errno.EINVAL);
    region.attribute("delete").store("dax0.1\0.2");
    assertThat(region.devices()).hasSize(1);
  }

  @Test
  void aSizeOf2To63AndMoreIsMisalignedBusyOrTooLargeAsAnyOther() throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.create(2 * MIB);
    assertRefused(() -> device.attribute("size").store("0xffffffffffffffff"), Errno.EINVAL);
    assertRefused(() -> device.attribute("size").store("0xffffffffffe00000"), Errno.EBUSY);
    device.disable();
    assertRefused(() -> device.attribute("size").store("0xffffffffffe00000"), Errno.ENOSPC);
    assertRefused(() -> device.attribute("align").store("18446744073709551616"), Errno.ENXIO);
    assertRefused(() -> region.attribute("create").store("4294967297"), Errno.ERANGE);
    assertRefused(() -> region.attribute("create").store("2"), Errno.EINVAL);
  }

  @Test
  void aSizeThatIsWrittenKeepsToTheRulesInTheirOrder() throws Exception {
    DaxRegion region = region();
    DaxDevice device = region.create(2 * MIB);
    assertRefused(() -> device.attribute("size").store("4096"), Errno.EINVAL);
    assertRefused(() -> device.attribute("size").store("2097152"), Errno.EBUSY);
    device.disable();
    device.attribute("size").store("2097152");
    assertRefused(() -> device.attribute("size").store("0x40000000"), Errno.ENOSPC);
    device.attribute("size").store("0");
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
    assertRefused(() -> device.attribute("size").store("no"), Errno.EINVAL,
        "cannot write \"no\" to size of dax0.1: it is not a number; write it in decimal, or in hexadecimal behind 0x"
            + " (EINVAL)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1073741824", "0x40000000\n", "010000000000"})
  void anAlignmentIsWritten(String text) throws Exception {
    DaxDevice device = region().devices().getFirst();
    device.attribute("align").store(text);
    assertThat(device.attribute("align").show()).isEqualTo("1073741824\n");
    assertThat(device.alignment()).isEqualTo(PageSize.SIZE_1G);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "2M", "-1", "\n", "0x", "4096 "})
  void whatIsNoNumberIsNoAddressAsAlignStoreHasIt(String text) throws Exception {
    DaxDevice device = region().devices().getFirst();
    assertRefused(() -> device.attribute("align").store(text), Errno.ENXIO);
    assertThat(device.alignment()).isEqualTo(PageSize.SIZE_2M);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "8192", "0x100000", "18446744073709551615"})
  void aNumberThatIsNoPageSizeIsInvalid(String text) throws Exception {
    DaxDevice device = region().devices().getFirst();
    assertRefused(() -> device.attribute("align").store(text), Errno.EINVAL, "cannot write \"" + text + "\" to align of"
        + " dax0.0: an alignment is the size of a page; write 4096, 2097152 or 1073741824 (EINVAL)");
  }

  @Test
  void anAlignmentThatIsWrittenKeepsToTheRules() throws Exception {
    DaxDevice device = region().create(2 * MIB);
    assertRefused(() -> device.attribute("align").store("8192"), Errno.EINVAL);
    assertRefused(() -> device.attribute("align").store("2097152"), Errno.EBUSY);
    device.disable();
    assertRefused(() -> device.attribute("align").store("1073741824"), Errno.EINVAL);
    device.attribute("align").store("4096");
    assertThat(device.alignment()).isEqualTo(PageSize.SIZE_4K);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1\n", "0x1", "01", "+1"})
  void oneMakesADevice(String text) throws Exception {
    DaxRegion region = region();
    region.attribute("create").store(text);
    assertThat(region.devices()).hasSize(2);
    assertThat(region.attribute("create").show()).isEqualTo("dax0.1\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "2", "-1", "x", "1 ", "1\n\n", "\n"})
  void nothingElseDoes(String text) throws Exception {
    DaxRegion region = region();
    assertRefused(() -> region.attribute("create").store(text), Errno.EINVAL);
    assertThat(region.devices()).hasSize(1);
  }

  @Test
  void aRegionThatIsFullMakesNoDevice() throws Exception {
    DaxRegion region = region();
    region.create(512 * MIB);
    assertRefused(() -> region.attribute("create").store("1"), Errno.ENOSPC, "cannot create a device in region 0"
        + " (addresses: 512 MiB of addresses): nothing of its 512 MiB is available; shrink or destroy a device first"
        + " (ENOSPC)");
    assertRefused(() -> region.attribute("create").store("2"), Errno.EINVAL);
    assertThat(region.attribute("available_size").show()).isEqualTo("0\n");
  }

  @Test
  void deleteTakesANameWithOrWithoutNewline() throws Exception {
    DaxRegion region = region();
    region.createEmpty();
    region.createEmpty();
    region.attribute("delete").store("dax0.1");
    region.attribute("delete").store("dax0.2\n");
    assertThat(region.devices()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dax0.9", "dax1.0", "dax0.01", "dax00.1", "0.1", "dax0.", "dax0.1 ", "nonsense", "\n",
      "dax0.99999999999"})
  void deleteOfWhatIsNotThereFindsNothing(String name) throws Exception {
    DaxRegion region = region();
    region.createEmpty();
    assertRefused(() -> region.attribute("delete").store(name), Errno.ENXIO);
    assertThat(region.devices()).hasSize(2);
  }

  @Test
  void anAttributeIsReadWhenItIsShown() throws Exception {
    DaxDevice device = region().devices().getFirst();
    device.resize(4 * MIB);
    DaxAttribute size = device.attribute("size");
    DaxAttribute end = device.attribute("mapping0/end");
    device.resize(2 * MIB);
    assertThat(size.show()).isEqualTo("2097152\n");
    assertThat(end.show()).isEqualTo("0x401fffff\n");
    device.resize(0);
    assertRefused(end::show, Errno.ENOENT,
        "cannot read mapping0 of dax0.0: it has 0 ranges now; read its attributes again (ENOENT)");
    device.region().close();
    assertRefused(size::show, Errno.ENXIO);
  }

  @Test
  void theAttributesOfAClosedRegionAreGone() throws Exception {
    DaxRegion region = region();
    DaxAttribute size = region.attribute("size");
    DaxAttribute create = region.attribute("create");
    region.close();
    assertRefused(size::show, Errno.ENXIO, "cannot read the size of region 0 (addresses: 512 MiB of addresses): the"
        + " region is closed; add its memory to a bus again (ENXIO)");
    assertRefused(() -> create.store("1"), Errno.ENXIO);
    assertRefused(region::attributes, Errno.ENXIO);
  }
}
