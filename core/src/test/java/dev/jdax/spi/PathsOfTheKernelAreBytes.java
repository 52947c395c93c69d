// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import dev.jdax.platform.Fd;
import dev.jdax.platform.Machine;
import dev.jdax.platform.ProcPath;
import dev.jdax.spi.FileUsers.Descriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of files, mounts and cgroups that are UTF-8, and that are nothing: they lead where the kernel means them to, in
 * every locale, and a sentence shows them as UTF-8. Each character of a name here is a byte.
 */
class PathsOfTheKernelAreBytes {
  private static final String UTF_8 = "gr\u00c3\u00bcn";
  private static final String NO_TEXT = "gr\u00fcn \u00ff";

  @TempDir
  private Path folder;
  private Path other;

  @BeforeEach
  void thereIsAnotherFile() throws IOException {
    other = Files.createFile(folder.resolve("other"));
    write("proc/swaps", "Filename Type\n");
  }

  private Path under(String name) {
    return new ProcPath(folder + "/" + name).path();
  }

  private void write(String name, String text) throws IOException {
    Path path = under(name);
    Files.createDirectories(path.getParent());
    Files.write(path, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String escaped(String path) {
    return path.replace(" ", "\\040");
  }

  @ParameterizedTest
  @ValueSource(strings = {UTF_8, NO_TEXT})
  void ofAFileThatTheKernelUses(String name) throws Exception {
    Path file = Files.createFile(under(name));
    String path = folder + "/" + name;
    assertThat(ProcPath.of(file)).isEqualTo(new ProcPath(path));
    KernelUses machine = new KernelUses(new Machine(folder));
    write("sys/block/loop3/loop/backing_file", path + "\n");
    write("proc/swaps", "Filename Type\n" + escaped(path) + " file 1 0 -2\n");
    write("proc/self/mountinfo", "43 27 0:50 / /mnt/" + escaped(name) + " rw - erofs " + escaped(path) + " ro\n");
    assertThat(machine.of(Fd.statusOf(file))).containsExactly("is mounted at " + new ProcPath("/mnt/" + name),
        "is swap",
        "lies under /dev/loop3");
    assertThat(machine.of(Fd.statusOf(other))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {UTF_8, NO_TEXT})
  void ofAFileThatAProcessHasMapped(String name) throws Exception {
    Path file = Files.createFile(under(name));
    write("proc/1/maps", "");
    write("proc/2/maps",
        "7f0000000000-7f0000001000 rw-s 00000000 ff:ff 12345    " + folder.toRealPath() + "/" + name + "\n");
    write("proc/2/comm", "qemu\n");
    assertThat(FileUsers.of(folder.resolve("proc"), file, Descriptors.NONE, Set.of()).users())
        .containsExactly("2 (qemu)");
    assertThat(FileUsers.of(folder.resolve("proc"), other, Descriptors.NONE, Set.of()).users()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {UTF_8, NO_TEXT})
  void ofACgroupAndOfItsMount(String name) throws Exception {
    write("proc/meminfo", "MemAvailable: 4194304 kB\n");
    write("proc/self/cgroup", "0::/job " + name + "\n");
    write("proc/self/mountinfo", "41 31 0:38 / /mnt/" + escaped(name) + " rw - cgroup2 cgroup2 rw\n");
    String group = "mnt/" + name + "/job " + name + "/";
    write(group + "cgroup.procs", "");
    write(group + "memory.max", (512 << 20) + "\n");
    write(group + "memory.current", (112 << 20) + "\n");
    assertThat(Headroom.of(new Machine(folder)))
        .isEqualTo(new Headroom(400 << 20, new ProcPath("/" + group).toString() + "memory.max"));
  }
}
