// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ACommandLineIsAsAsked {
  private static final Guest GUEST = Guest.of(Kernel.LINUX_6_12);

  @TempDir
  Path folder;

  @Test
  void theKernelIsTheOneOfTheCache() throws IOException {
    assertThat(after("-kernel", GUEST)).containsExactly(Kernel.made().resolve("6.12/vmlinux").toString());
    assertThat(after("-initrd", GUEST)).containsExactly(Kernel.made().resolve("6.12/initramfs").toString());
  }

  @Test
  void softReservedRangesHugePagesAndModulesAreWordsOfTheKernel() throws IOException {
    Guest guest = GUEST.softReserved("512M%1G").hugePages("1G", 4).without("kmem", "nd_btt")
        .append("dax_hmem.region_idle=1");
    assertThat(after("-append", guest)).singleElement().asString().startsWith("console=ttyS0 ").endsWith(
        " memmap=512M%1G-1+0xefffffff hugepagesz=1G hugepages=4 guest.without=kmem,nd_btt dax_hmem.region_idle=1");
  }

  @Test
  void nvdimmsStandInOrder() throws IOException {
    Path first = Files.write(folder.resolve("first,with a comma"), new byte[4096]);
    Path second = Files.write(folder.resolve("second"), new byte[8192]);
    Guest guest = GUEST.nvdimm(Nvdimm.of(first))
        .nvdimm(Nvdimm.of(second).labels("128K").address("0x140000000").node(1));
    assertThat(after("-device", guest)).startsWith("nvdimm,id=nv0,memdev=mem0",
        "nvdimm,id=nv1,memdev=mem1,label-size=128K,addr=0x140000000,node=1");
    assertThat(after("-object", guest)).containsExactly(
        "memory-backend-file,id=mem0,share=on,mem-path=" + folder + "/first,,with a comma,size=4096",
        "memory-backend-file,id=mem1,share=on,mem-path=" + folder + "/second,size=8192");
    assertThat(after("-m", guest)).containsExactly("2G,slots=3,maxmem=64G");
  }

  @Test
  void nodesHaveTheirOwnMemory() throws IOException {
    Guest guest = GUEST.ram("3G").nodes("2G", "512M", "512M");
    assertThat(after("-numa", guest)).containsExactly("node,nodeid=0,memdev=ram0,cpus=0",
        "node,nodeid=1,memdev=ram1,cpus=1", "node,nodeid=2,memdev=ram2");
    assertThat(after("-object", guest)).contains("memory-backend-ram,id=ram1,size=512M");
    assertThat(after("-m", guest)).containsExactly("3G,slots=1,maxmem=64G");
  }

  @Test
  void theMachineHasItsProperties() throws IOException {
    assertThat(after("-machine", GUEST.machine("nvdimm-persistence=cpu")))
        .containsExactly("pc,nvdimm=on,nvdimm-persistence=cpu");
  }

  @Test
  void oneFolderOnlyIsWritable() throws IOException {
    assertThat(after("-fsdev", GUEST).stream().filter(share -> !share.contains("readonly=on")))
        .containsExactly("local,id=out,path=" + folder + ",security_model=none,multidevs=remap");
  }

  /** What stands after each such option. */
  private List<String> after(String option, Guest guest) throws IOException {
    List<String> words = Qemu.command(guest, folder, List.of(Path.of("/some/where")), List.of());
    return IntStream.range(1, words.size()).filter(i -> words.get(i - 1).equals(option))
        .mapToObj(words::get).toList();
  }
}
