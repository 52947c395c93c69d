// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static dev.jdax.Refusal.assertRefused;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.kernel.Dax;
import dev.jdax.platform.Fd;
import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** C-53, C-78, a node that is missing, and a device that vanishes under a mapping. */
public class AMappingShowsWhatItSays {
  private static final long MIB = 1L << 20;
  private static final int PR_SET_THP_DISABLE = 41;

  private DaxDevice device;

  @BeforeEach
  void makeADevice() throws IOException {
    device = Hmem.idle().create(8 * MIB);
  }

  @AfterEach
  void destroyIt() throws IOException {
    device.destroy(OnMapped.REVOKE);
  }

  @AfterAll
  static void theKernelIsSound() throws Exception {
    Shell.requireSoundKernel();
  }

  @Test
  void anOffsetInsideABlockIsRefusedAndNotRoundedDown() throws Exception {
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      for (long at = 0; at < 8 * MIB; at += 4096) {
        mapping.segment().set(JAVA_LONG, at, at);
      }
    }
    for (long offset : new long[]{4096, MIB, 2 * MIB - 4096, 2 * MIB + 4096, 4 * MIB}) {
      // What Linux does under MAP_FIXED.
      try (Fd node = Fd.open(Path.of(Hmem.node(device)), true); Arena arena = Arena.ofShared()) {
        Reservation run = Reservation.of(List.of(new Piece(node.number(), offset, 2 * MIB)), 2 * MIB);
        run.place(true);
        assertThat(run.segment(arena).get(JAVA_LONG, 0)).isEqualTo(offset / (2 * MIB) * 2 * MIB);
      }
      if (offset < 4 * MIB) {
        long below = offset / (2 * MIB) * 2 * MIB;
        assertRefused(() -> device.map(Access.READ_WRITE, offset, 2 * MIB), Errno.EINVAL,
            "cannot map %s at offset 0x%x, 2 MiB: the offset must be a multiple of the device's alignment, 2 MiB; use 0x%x or 0x%x (EINVAL)"
                .formatted(device, offset, below, below + 2 * MIB));
      }
    }
    try (DaxMapping mapping = device.map(Access.READ_WRITE, 4 * MIB, 2 * MIB)) {
      assertThat(mapping.segment().get(JAVA_LONG, 4096)).isEqualTo(4 * MIB + 4096);
    }
  }

  @SuppressWarnings("restricted")
  private static int disableHugePages(long value) throws Throwable {
    Linker linker = Linker.nativeLinker();
    return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.firstVariadicArg(1)).invokeExact(PR_SET_THP_DISABLE, value, 0L, 0L, 0L);
  }

  @Test
  void aProcessWithoutHugePagesIsToldSoAndGetsNoSignal() throws Throwable {
    assertThat(disableHugePages(1)).isZero();
    try {
      for (Access access : Access.values()) {
        assertRefused(() -> device.map(access), Errno.EFAULT, "cannot map " + device + " at offset 0x0, 8 MiB: "
            + "transparent huge pages are disabled for this process, and without them Linux cannot fault in a block of "
            + "2 MiB; see who has called prctl(PR_SET_THP_DISABLE), or set the device's alignment to 4 KiB (EFAULT)");
      }
      try (Beside child = Beside.puppet()) { // which has it from its parent
        assertThat(child.tell("map " + device)).startsWith("DaxException: cannot map " + device)
            .contains("transparent huge pages are disabled for this process");
        assertThat(child.tell("map-raw " + Hmem.node(device) + " 0 8388608")).isEqualTo("mapped"); // the control
        assertThat(child.tell("load 0")).startsWith("InternalError");
      }
      device.disable();
      device.setAlignment(PageSize.SIZE_4K);
      device.enable();
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        mapping.segment().set(JAVA_LONG, 8 * MIB - 8, 42);
        assertThat(mapping.segment().get(JAVA_LONG, 8 * MIB - 8)).isEqualTo(42);
      }
    } finally {
      assertThat(disableHugePages(0)).isZero();
    }
  }

  @Test
  void aDeviceWithoutANodeIsSaidToHaveNone() throws Exception {
    String node = Hmem.node(device);
    String number = Shell.ask("cat " + Hmem.folder(device) + "dev");
    Shell.ask("mv " + node + " /dev/aside");
    String missing = "the kernel has %1$s, and there is no node for it; mount devtmpfs on /dev; in a container, pass the "
        + "device in (--device /dev/%1$s) (ENOENT)";
    assertRefused(() -> Dax.open(node), Errno.ENOENT, "cannot open " + node + ": " + missing.formatted(device));
    assertThat(Dax.open(device.name())).isSameAs(device);
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.ENOENT,
        "cannot open " + node + ": " + missing.formatted(device));
    device.disable(); // for which no node is needed
    device.enable();
    Shell.ask("mkfifo " + node); // which would keep who opens it
    assertRefused(() -> device.map(Access.READ_ONLY), Errno.ENODEV, "cannot open " + node + ": it is not the node of "
        + device + ", which is device " + number + "; see what has made it (ENODEV)");
    Shell.ask("mv /dev/aside " + node); // and no new one, which Linux would not remove with the device
    assertThat(Dax.open(node)).isSameAs(device);
    device.map(Access.READ_ONLY).close();
    for (String other : List.of("/dev/null", "/dev", "/proc/version")) {
      assertRefused(() -> Dax.open(other), Errno.ENODEV);
    }
  }

  @Test
  void aDeviceThatSomebodyElseUnbindsIsAnErrorInItsMappings() throws Exception {
    try (Beside user = Beside.puppet()) {
      assertThat(user.tell("map " + device)).isEqualTo("mapped");
      assertThat(user.tell("store 0 42")).isEqualTo("stored");
      assertThat(user.tell("check")).isEqualTo("OptionalLong.empty");
      assertThat(Shell.echo(device.name(), Hmem.DEVICE_DAX + "unbind")).isZero();
      assertThat(user.tell("load 0")).startsWith("InternalError");
      assertThat(user.tell("store 2097152 1")).startsWith("InternalError");
      assertThat(user.tell("check")).isEqualTo("OptionalLong[0]");
      assertThat(user.tell("close")).isEqualTo("closed");
      assertThat(user.tell("load 0")).startsWith("IllegalStateException");
      assertThat(user.tell("map " + device)).isEqualTo("DaxException: cannot map " + device
          + " at offset 0x0, 8 MiB: it is not bound; enable it first (ENXIO)");
      assertThat(user.tell("devices")).contains(device + " SIZED");
    }
    device.enable(); // nobody has it any more
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      assertThat(mapping.segment().get(JAVA_LONG, 0)).isEqualTo(42);
    }
  }
}
