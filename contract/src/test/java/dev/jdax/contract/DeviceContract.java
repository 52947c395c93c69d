// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import static dev.jdax.contract.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRange;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of devices: names, ranges, states. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.jdax.contract.Backend#all")
class DeviceContract extends Contract {
  @Test
  @Rule("C1")
  void namesAreUniqueAndTheLowestFree() throws DaxException {
    DaxRegion first = region(1);
    DaxRegion second = region(1);
    DaxDevice a = first.create(block());
    assertThat(bus().devices()).extracting(DaxDevice::name)
        .containsExactly(name(first, 0), name(first, 1), name(second, 0));
    assertThat(bus().device(name(first, 1))).isSameAs(a);
    a.destroy();
    assertThat(first.createEmpty().name()).isEqualTo(name(first, 1));
    assertThat(first.createEmpty().name()).isEqualTo(name(first, 2));
    first.delete(name(first, 1));
    assertThat(first.createEmpty().name()).isEqualTo(name(first, 1));
    assertThat(first.id()).isNotEqualTo(second.id());
    if (!backend().isLinux()) { // whose ids the kernel gives
      assertThat(first.id()).isZero();
      first.close();
      second.close();
      assertThat(region(1).id()).isZero();
    }
  }

  @Test
  @Rule("C2")
  void sizeIsTheSumOfDisjointBlockAlignedRangesInTheRegion() throws DaxException {
    DaxRegion region = region(backend().blocks());
    List<DaxDevice> devices = carveWithAHole(region);
    List<DaxRange> all = new ArrayList<>();
    for (DaxDevice device : devices) {
      long sum = 0;
      for (DaxRange range : device.ranges()) {
        assertThat(range.start() % block()).isZero();
        assertThat(range.length() % block()).isZero();
        assertThat(range.start()).isGreaterThanOrEqualTo(backend().start(region));
        assertThat(range.end()).isLessThan(backend().start(region) + backend().blocks() * block());
        assertThat(range.offset()).isEqualTo(sum);
        assertThat(all).noneMatch(other -> other.start() <= range.end() && range.start() <= other.end());
        all.add(range);
        sum += range.length();
      }
      assertThat(device.size()).isEqualTo(sum);
    }
    assertThat(devices.getLast().ranges()).hasSizeGreaterThan(1);
  }

  @Test
  @Rule("C15")
  void rangesArePlacedAsOnLinux() throws IOException {
    DaxRegion region = region(backend().blocks());
    if (backend().blocks() < 32) {
      DaxDevice last = carveWithAHole(region).getLast();
      assertThat(last.ranges()).containsExactly(range(region, 0, 1, 1), range(region, 1, 0, 1));
      assertRefused(Errno.ENOSPC, region::createEmpty, "nothing of its");
      return;
    }
    // R-50, an eighth of its size: four devices of four blocks each
    List<DaxDevice> d = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      DaxDevice device = region.createEmpty();
      device.resize(4 * block());
      d.add(device);
    }
    d.get(1).resize(0);
    d.get(2).resize(6 * block());
    d.get(3).resize(8 * block());
    d.get(2).resize(9 * block());
    assertThat(d.get(2).ranges()).containsExactly(range(region, 0, 8, 4), range(region, 4, 4, 2),
        range(region, 6, 18, 3));
    assertThat(d.get(3).ranges()).containsExactly(range(region, 0, 12, 4), range(region, 4, 6, 2),
        range(region, 6, 16, 2));
    d.get(2).resize(7 * block());
    assertThat(d.get(2).ranges()).containsExactly(range(region, 0, 8, 4), range(region, 4, 4, 2),
        range(region, 6, 18, 1));
    d.get(2).resize(2 * block());
    assertThat(d.get(2).ranges()).containsExactly(range(region, 0, 8, 2));
    assertRefused(Errno.ENOSPC, () -> d.get(0).resize(32 * block()), "available");
    assertRefused(Errno.EINVAL, () -> d.get(0).resize(block() + 4096), "must be a multiple of");
    d.get(3).enable();
    try (DaxMapping mapping = d.get(3).map(Access.READ_WRITE)) { // three ranges, one run
      for (long at = 0; at < 8 * block(); at += alignment().bytes()) {
        mapping.segment().set(ValueLayout.JAVA_LONG, at, at);
      }
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 7 * block())).isEqualTo(7 * block());
      assertThat(mapping.kernelView()).hasSize(backend().isLinux() ? 1 : 3);
    }
  }

  @Test
  @Rule("C16")
  void whatADeviceAllowsDependsOnItsState() throws DaxException {
    DaxRegion region = region(2);
    DaxDevice device = region.createEmpty();
    assertThat(device.state()).isEqualTo(DeviceState.EMPTY);
    assertRefused(Errno.ENXIO, device::enable, "its size is 0");
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "its size is 0");
    assertRefused(Errno.ENODEV, device::disable, "not bound");
    device.setAlignment(alignment());

    device.resize(block());
    assertThat(device.state()).isEqualTo(DeviceState.SIZED);
    assertRefused(Errno.ENXIO, () -> device.map(Access.READ_WRITE), "not bound");
    assertRefused(Errno.EBUSY, () -> region.delete(device.name()), "its size is");

    device.enable();
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertRefused(Errno.EBUSY, device::enable, "bound already");
    assertRefused(Errno.EBUSY, () -> device.resize(2 * block()), "disable it first");
    assertRefused(Errno.EINVAL, () -> device.resize(block() + 1), "multiple");
    assertRefused(Errno.EBUSY, () -> device.setAlignment(alignment()), "disable it first");
    assertRefused(Errno.EBUSY, () -> region.delete(device.name()), "bound");

    DaxDevice zero = bus().device(name(region, 0));
    assertRefused(Errno.EBUSY, zero::destroy, "never deleted");
    // On Linux it has what a test is not to have, and its size is what is in the way first.
    assertRefused(Errno.EBUSY, () -> region.delete(zero.name()), backend().isLinux() ? "its size is" : "never deleted");
    assertRefused(Errno.ENXIO, () -> region.delete(name(region, 7)), "no device of that name");
    device.destroy();
    assertThat(device.state()).isEqualTo(DeviceState.DEAD);
  }

  @Test
  @Rule("C21")
  void aDestroyedDeviceStaysDeadWhenItsNameIsGivenAgain() throws DaxException {
    DaxRegion region = region(1);
    DaxDevice old = region.create(block());
    old.destroy();
    DaxDevice young = region.create(block());
    assertThat(young.name()).isEqualTo(old.name());
    List<ThrowingCallable> calls = List.of(old::size, old::alignment, old::ranges, old::attributes, old::mappings,
        old::enable, old::disable, old::destroy, () -> old.resize(0), () -> old.setAlignment(alignment()),
        () -> old.map(Access.READ_WRITE), () -> old.map(Access.READ_ONLY, 0, alignment().bytes()));
    calls.forEach(call -> assertRefused(Errno.ENXIO, call, old.name(), "the device was destroyed"));
    assertThat(old.state()).isEqualTo(DeviceState.DEAD);
    assertThat(young.size()).isEqualTo(block());
  }

  private static String name(DaxRegion region, int id) {
    return "dax" + region.id() + "." + id;
  }

  private DaxRange range(DaxRegion region, long offset, long start, long length) throws DaxException {
    return new DaxRange(offset * block() >> 12, backend().start(region) + start * block(), length * block());
  }
}
