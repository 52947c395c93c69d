// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static dev.jdax.Refusal.assertRefused;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.DaxMode;
import dev.jdax.DeviceState;
import dev.jdax.Errno;
import dev.jdax.OnMapped;
import dev.jdax.Refusal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** C-09, C-10: an unbind or a bind under an open node can crash Linux, so jdax refuses it and names who has it open. */
public class ANodeInUseIsNotUnbound {
  private static final long MIB = 1L << 20;
  /** A memory block, without which no device is made system RAM. */
  private static final long SIZE = 128 * MIB;

  private DaxDevice device;

  @BeforeEach
  void makeADevice() throws IOException {
    device = Hmem.idle().create(SIZE);
  }

  @AfterEach
  void destroyIt() throws IOException {
    device.destroy(OnMapped.REVOKE);
  }

  @AfterAll
  static void theKernelIsSound() throws Exception {
    Shell.requireSoundKernel();
  }

  private String used(long pid, String command) {
    return Hmem.node(device) + " is open or mapped in process " + pid + " (" + command
        + "), and Linux can crash when it is unbound or bound meanwhile; end what uses it (EBUSY)";
  }

  private void assertNotUnbound(long pid, String command) throws IOException {
    String sentence = "cannot unbind " + device + ": " + used(pid, command);
    List<Refusal.Step> ends = List.of(device::disable, () -> device.disable(OnMapped.REVOKE),
        () -> device.resize(4 * MIB, OnMapped.REVOKE), () -> device.destroy(OnMapped.REVOKE),
        () -> device.setMode(DaxMode.SYSTEM_RAM, OnMapped.REVOKE));
    ends.forEach(end -> assertRefused(end, Errno.EBUSY, sentence));
    assertThat(device.state()).isEqualTo(DeviceState.BOUND);
    assertThat(device.size()).isEqualTo(SIZE);
  }

  @Test
  void thatAnotherProcessHasOpen() throws Exception {
    try (Beside holder = Beside.shell("exec 3<>" + Hmem.node(device))) {
      assertNotUnbound(holder.pid(), "sh");
      try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
        assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.EBUSY,
            "cannot unbind " + device + ": " + used(holder.pid(), "sh"));
        assertThat(mapping.isOpen()).isTrue(); // it was not taken for what could not be done
      }
    }
    device.disable();
    device.enable();
    device.map(Access.READ_WRITE).close();
  }

  @Test
  void thatAnotherProcessHasMappedThroughWhateverNode() throws Exception {
    String number = Shell.ask("cat " + Hmem.folder(device) + "dev");
    String other = "/tmp/" + device.name();
    Shell.ask("mknod " + other + " c " + number.replace(':', ' '));
    for (String node : List.of(Hmem.node(device), other)) {
      try (Beside holder = Beside.puppet()) {
        assertThat(holder.tell("map-raw " + node + " 0 4194304")).isEqualTo("mapped");
        assertNotUnbound(holder.pid(), "java");
        assertThat(holder.tell("store 0 42")).isEqualTo("stored");
      }
    }
    Shell.ask("rm " + other);
    device.disable();
    device.enable();
  }

  @Test
  void thatThisProcessHasOpenItself() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    Path node = Path.of(Hmem.node(device));
    long self = ProcessHandle.current().pid();
    try (FileChannel _ = FileChannel.open(node, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertRefused(() -> device.disable(OnMapped.REVOKE), Errno.EBUSY,
          "cannot unbind " + device + ": " + used(self, "java"));
      assertNotUnbound(self, "java");
    }
    assertThat(mapping.isOpen()).isFalse(); // ours were in the way, too
    device.disable();
    device.enable();
  }

  @Test
  void exceptByForceWhereOnlyItsMappingsAreInTheWay() throws Exception {
    DaxMapping mapping = device.map(Access.READ_WRITE);
    MemorySegment memory = mapping.segment();
    memory.set(JAVA_LONG, 0, 42);
    assertRefused(device::disable, Errno.EBUSY,
        "cannot disable " + device + ": 1 mapping of it is open; close them, or force it (EBUSY)");
    device.disable(OnMapped.REVOKE);
    assertThat(mapping.isOpen()).isFalse();
    assertThatThrownBy(() -> memory.get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    device.enable();
    assertThatThrownBy(() -> memory.get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class); // C24
    try (DaxMapping another = device.map(Access.READ_ONLY)) {
      assertThat(another.segment().get(JAVA_LONG, 0)).isEqualTo(42);
      device.resize(4 * MIB, OnMapped.REVOKE);
      assertThat(another.isOpen()).isFalse();
    }
    try (DaxMapping another = device.map(Access.READ_ONLY)) {
      assertThat(another.length()).isEqualTo(4 * MIB);
    }
  }
}
