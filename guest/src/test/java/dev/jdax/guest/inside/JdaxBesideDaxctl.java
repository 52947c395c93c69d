// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static dev.jdax.guest.inside.CommandLines.daxctl;
import static dev.jdax.guest.inside.CommandLines.jdax;
import static dev.jdax.guest.inside.CommandLines.shell;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMapping;
import dev.jdax.cli.Jdax;
import dev.jdax.guest.inside.CommandLines.Run;
import dev.jdax.kernel.Dax;
import dev.jdax.pmem.NvdimmImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import picocli.CommandLine;

/** The verbs of devices, one after the other, and what daxctl says of what they did. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class JdaxBesideDaxctl {
  /** What the label of the guest's one namespace says, and its info block. */
  public static final String LABEL = "6b8f3c51-5cbe-4d4e-9d6c-0d5b7f3f2a11";
  public static final String NAME = "alpha";
  public static final String INFO_BLOCK = "0a6de3f4-4a33-4d07-8d55-2f0e6a1c9b77";

  private static final long MIB = 1L << 20;
  private static final Path AUTO_ONLINE = Path.of("/sys/devices/system/memory/auto_online_blocks");
  /** What jdax says, and daxctl does not. */
  private static final Set<String> MORE = Set.of("driver", "nvdimm");

  /** The id of the dynamic region, its path, and the device of the NVDIMM: the kernel numbers them as it likes. */
  private String region;
  private String path;
  private String nvdimm;

  @BeforeEach
  void findTheRegions() {
    for (JsonElement each : jdax("list", "-RDi", "-j").succeeded().array("regions")) {
      JsonObject found = each.getAsJsonObject();
      if (found.has("nvdimm")) {
        nvdimm = found.getAsJsonArray("devices").get(0).getAsJsonObject().get("chardev").getAsString();
      } else {
        region = found.get("id").getAsString();
        path = found.get("path").getAsString();
      }
    }
  }

  private String dax(int id) {
    return "dax" + region + "." + id;
  }

  private long available() {
    return jdax("list", "-R", "-r", region, "-j").array("regions").get(0).getAsJsonObject().get("available_size")
        .getAsLong() / MIB;
  }

  private static String name(JsonElement device) {
    return device.getAsJsonObject().get("chardev").getAsString();
  }

  /** Empties the dynamic region. */
  private void empty() {
    jdax("reconfigure-device", "all", "-r", region, "-f", "-m", "devdax").succeeded();
    jdax("destroy-device", "all", "-r", region, "-f").succeeded();
    assertThat(available()).isEqualTo(512);
  }

  /** Lists everything with both, and compares all that daxctl says. */
  private void assertAlike() throws Exception {
    assertAlike(daxctl("list -RDMi"), jdax("list", "-RDMi", "-j").succeeded().array("regions"), "path");
  }

  private static JsonArray listed(String key, String options) {
    return jdax(("list -j " + options).strip().split(" ")).succeeded().array(key);
  }

  static void assertAlike(JsonArray daxctl, JsonArray jdax, String key) {
    assertThat(comparable(jdax, key)).isEqualTo(comparable(daxctl, key));
  }

  /** Objects by their names, without what only jdax says; an available size of 0 is not said by daxctl. */
  private static TreeMap<String, JsonObject> comparable(JsonArray objects, String key) {
    TreeMap<String, JsonObject> byName = new TreeMap<>();
    for (JsonElement element : objects) {
      JsonObject object = element.getAsJsonObject().deepCopy();
      MORE.forEach(object::remove);
      if (object.has("available_size") && object.get("available_size").getAsLong() == 0) {
        object.remove("available_size");
      }
      // daxctl does not say it while a block is offline
      if (object.has("movable") && !object.get("online_memblocks").equals(object.get("total_memblocks"))) {
        object.remove("movable");
      }
      sort(object, "devices", "chardev");
      sort(object, "mappings", "page_offset");
      byName.put(object.get(key).getAsString(), object);
    }
    return byName;
  }

  /** daxctl prints in the reverse of the order in which the kernel lists. */
  private static void sort(JsonObject object, String array, String key) {
    if (object.has(array)) {
      JsonArray sorted = new JsonArray();
      comparable(object.remove(array).getAsJsonArray(), key).values().forEach(sorted::add);
      if (!sorted.isEmpty()) {
        object.add(array, sorted);
      }
    }
  }

  @Test
  @Order(1)
  void whatTheKernelHasBootedWithIsListedAlike() throws Exception {
    assertAlike();
    for (String options : List.of("", "-M -d all", "-D -r " + region)) {
      assertAlike(daxctl("list " + options), listed("devices", options), "chardev");
    }
    for (String options : List.of("-R", "-r " + region + " -d all")) {
      assertAlike(daxctl("list " + options), listed("regions", options), "path");
    }
    assertThat(listed("regions", "-R")).hasSize(2);
  }

  @Test
  @Order(2)
  void aDeviceOfANamespaceSaysWhichAndIsFoundByIt() {
    JsonObject device = jdax("list", "-d", NAME, "-j").device();
    assertThat(device.get("chardev").getAsString()).isEqualTo(nvdimm);
    assertThat(device.getAsJsonObject("nvdimm")).isEqualTo(JsonParser.parseString("""
        {"namespace": "%s", "namespace_uuid": "%s", "namespace_name": "%s", "uuid": "%s",
         "persistence_domain": "cpu_cache"}"""
        .formatted(nvdimm.replace("dax", "namespace"), LABEL, NAME, INFO_BLOCK)));
    assertThat(device.get("driver").getAsString()).isEqualTo("device_dax");
    JsonObject refusal = jdax("destroy-device", nvdimm, "-f", "-j").error();
    assertThat(refusal.get("errno").getAsString()).isEqualTo("EACCES");
    assertThat(refusal.get("message").getAsString()).contains("the layout of a static region cannot be changed");
    assertThat(jdax("disable-device", LABEL, "-j").device().get("state").getAsString()).isEqualTo("disabled");
    assertThat(jdax("enable-device", INFO_BLOCK, "/dev/" + nvdimm, "-j").device().has("state")).isFalse();
  }

  @Test
  @Order(3)
  void devicesAreCreatedGrownOverHolesAndDestroyed() throws Exception {
    empty();
    assertAlike();
    JsonObject created = jdax("create-device", "-r", region, "-s", "64M", "-j").device();
    assertThat(created.get("chardev").getAsString()).isEqualTo(dax(1));
    assertThat(created.get("driver").getAsString()).isEqualTo("device_dax");
    jdax("create-device", "-s", "32M", "-a", "4K").succeeded();
    daxctl("create-device -r " + region + " -s 16M");
    assertAlike();
    assertThat(listed("devices", "-i -r " + region + " -D").asList().stream().map(JdaxBesideDaxctl::name))
        .containsExactly(dax(0), dax(1), dax(2), dax(3));
    jdax("destroy-device", "-f", dax(1)).succeeded();
    jdax("disable-device", dax(3)).succeeded();
    JsonObject grown = jdax("reconfigure-device", dax(3), "-s", "128M", "-j").device();
    assertThat(grown.getAsJsonArray("mappings")).hasSizeGreaterThan(1);
    assertAlike();
    shell("daxctl enable-device " + dax(3)).succeeded();
    jdax("reconfigure-device", dax(3), "-f", "-s", "64M", "-m", "devdax").succeeded();
    assertAlike();
    shell("daxctl disable-device " + dax(2)).succeeded();
    jdax("destroy-device", dax(2), dax(3), "-f").succeeded();
    assertThat(daxctl("list")).hasSize(1);
  }

  @Test
  @Order(4)
  void withoutASizeADeviceTakesAllThatIsAvailable() throws Exception {
    empty();
    jdax("create-device", "-s", "2M").succeeded();
    assertThat(jdax("create-device", "-j").device().get("size").getAsLong()).isEqualTo(510 * MIB);
    assertAlike();
    JsonObject full = jdax("create-device", "-s", "2M", "-j").error();
    assertThat(full.get("errno").getAsString()).isEqualTo("ENOSPC");
    assertThat(full.get("object").getAsString()).isEqualTo(path);
    jdax("destroy-device", dax(1), "-f").succeeded();
    assertThat(available()).isEqualTo(2);
  }

  @Test
  @Order(5)
  void aBadSizeIsAnErrorAndAFailedCreateLeavesNothing() throws Exception {
    empty();
    JsonArray before = jdax("list", "-RDi", "-j").array("regions");
    for (String size : List.of("bogus", "-1", "", "0", "1Q", "99999999999G")) {
      Run run = jdax("create-device", "-s", size, "-j");
      assertThat(run.exit()).as(run.toString()).isEqualTo(2);
      assertThat(run.array("errors").get(0).getAsJsonObject().get("errno").getAsString()).isEqualTo("EINVAL");
      assertThat(jdax("reconfigure-device", dax(0), "-s", size.equals("0") ? "x" : size).exit()).isEqualTo(2);
    }
    assertThat(jdax("create-device", "-a", "bogus").exit()).isEqualTo(2);
    assertThat(jdax("create-device", "-s", "3M", "-j").error().get("errno").getAsString()).isEqualTo("EINVAL");
    assertThat(jdax("create-device", "-s", "1G", "-j").error().get("errno").getAsString()).isEqualTo("ENOSPC");
    assertThat(jdax("create-device", "-a", "1G", "-j").error().get("errno").getAsString()).isEqualTo("ENOSPC");
    assertThat(jdax("list", "-RDi", "-j").array("regions")).isEqualTo(before);
  }

  @Test
  @Order(6)
  void anAlignmentAloneIsChanged() throws Exception {
    empty();
    jdax("create-device", "-s", "64M").succeeded();
    JsonObject bound = jdax("reconfigure-device", "-a", "4K", dax(1), "-j").error();
    assertThat(bound.get("errno").getAsString()).isEqualTo("EBUSY");
    assertThat(bound.get("hint").getAsString()).contains("-f");
    jdax("disable-device", dax(1)).succeeded();
    assertThat(jdax("reconfigure-device", "-a", "4K", dax(1), "-j").device().get("align").getAsInt()).isEqualTo(4096);
    assertAlike();
    assertThat(jdax("reconfigure-device", "-a", "2M", "-s", "32M", "-m", "devdax", dax(1), "-j").device()
        .get("driver").getAsString()).isEqualTo("device_dax");
    JsonObject unfit = jdax("reconfigure-device", "-f", "-a", "1G", dax(1), "-j").error();
    assertThat(unfit.get("errno").getAsString()).isEqualTo("EINVAL");
    JsonObject after = jdax("list", "-d", dax(1), "-j").device();
    assertThat(after.get("align").getAsLong()).isEqualTo(2 * MIB);
    assertThat(after.get("driver").getAsString()).isEqualTo("device_dax");
  }

  @Test
  @Order(7)
  void everyDeviceOfACallIsReported() throws Exception {
    empty();
    for (int i = 0; i < 3; i++) {
      jdax("create-device", "-s", "16M").succeeded();
    }
    jdax("disable-device", dax(1), dax(3)).succeeded();
    Run run = jdax("reconfigure-device", "-s", "32M", dax(1), dax(2), dax(9), dax(3), "-j").failed();
    assertThat(run.err()).isEmpty();
    assertThat(
        run.array("devices").asList().stream().map(device -> device.getAsJsonObject().get("chardev").getAsString()))
        .containsExactly(dax(1), dax(3));
    assertThat(run.array("errors").asList().stream().map(error -> error.getAsJsonObject().get("object").getAsString()
        + " " + error.getAsJsonObject().get("errno").getAsString()))
        .containsExactly(dax(9) + " ENXIO", dax(2) + " EBUSY");
    assertAlike();
    Run all = jdax("destroy-device", "all", "-r", region).failed();
    assertThat(all.out().lines()).containsExactly(
        "emptied " + dax(0) + ", which Linux never deletes: 0 bytes, align 2 MiB, disabled", "destroyed " + dax(1),
        "destroyed " + dax(3));
    assertThat(all.err()).isEqualTo("jdax: cannot destroy " + dax(2)
        + ": it is bound to device_dax; disable it first, or force it with -f (EBUSY)\n");
  }

  @Test
  @Order(8)
  void aNodeInUseIsNeverUnbound() throws Exception {
    empty();
    jdax("create-device", "-s", "128M").succeeded(); // a memory block, which system-ram needs
    Process user = new ProcessBuilder("sh", "-c", "exec 3<>/dev/" + dax(1) + "; echo open; exec sleep 1000").start();
    assertThat(user.inputReader().readLine()).isEqualTo("open");
    for (List<String> words : List.of(List.of("disable-device"), List.of("destroy-device", "-f"),
        List.of("reconfigure-device", "-f", "-s", "32M"), List.of("reconfigure-device", "-f", "-m", "system-ram"))) {
      List<String> line = new ArrayList<>(words);
      line.addAll(List.of(dax(1), "-j"));
      JsonObject busy = jdax(line.toArray(String[]::new)).error();
      assertThat(busy.get("errno").getAsString()).isEqualTo("EBUSY");
      assertThat(busy.get("message").getAsString()).contains("/dev/" + dax(1) + " is open or mapped in process "
          + user.pid());
    }
    user.destroyForcibly().waitFor();
    jdax("disable-device", dax(1)).succeeded();
  }

  @Test
  @Order(9)
  void memoryIsGivenToTheKernelAndTakenBack() throws Exception {
    empty();
    jdax("create-device", "-s", "256M").succeeded();
    assertThat(jdax("online-memory", dax(1), "-j").error().get("errno").getAsString()).isEqualTo("ENXIO");
    JsonObject offline = jdax("reconfigure-device", "-m", "system-ram", "-N", dax(1), "-j").device();
    assertThat(offline.get("mode").getAsString()).isEqualTo("system-ram");
    assertThat(offline.get("online_memblocks").getAsInt()).isZero();
    assertThat(offline.get("total_memblocks").getAsInt()).isEqualTo(2);
    assertThat(offline.has("movable")).isFalse();
    assertAlike();
    JsonObject online = jdax("online-memory", dax(1), "-j").device();
    assertThat(online.get("online_memblocks").getAsInt()).isEqualTo(2);
    assertThat(online.get("movable").getAsBoolean()).isTrue();
    assertAlike();
    assertThat(jdax("online-memory", dax(1)).succeeded().out()).isEqualTo("online already: the memory of " + dax(1)
        + ": 256 MiB, align 2 MiB, system-ram, 2 of 2 memory blocks online, movable\n");
    JsonObject busy = jdax("reconfigure-device", "-m", "devdax", dax(1), "-j").error();
    assertThat(busy.get("errno").getAsString()).isEqualTo("EBUSY");
    assertThat(busy.get("message").getAsString()).contains("memory block ").contains("is online");
    assertThat(jdax("disable-device", dax(1), "-j").error().get("errno").getAsString()).isEqualTo("EBUSY");
    assertThat(jdax("destroy-device", dax(1), "-j").error().get("errno").getAsString()).isEqualTo("EBUSY");
    assertAlike();
    assertThat(jdax("offline-memory", dax(1), "-j").device().get("online_memblocks").getAsInt()).isZero();
    assertThat(jdax("offline-memory", "all").succeeded().out()).startsWith("offline already: the memory of " + dax(1));
    jdax("reconfigure-device", "-m", "devdax", dax(1)).succeeded();
    assertAlike();
    jdax("reconfigure-device", "-m", "system-ram", dax(1)).succeeded();
    assertThat(jdax("destroy-device", "-f", dax(1)).succeeded().out()).isEqualTo("destroyed " + dax(1) + "\n");
    assertAlike();
  }

  @Test
  @Order(10)
  void oneCallBringsItOnlineAndOneForcesItBack() throws Exception {
    empty();
    jdax("create-device", "-s", "64M").succeeded();
    JsonObject small = jdax("reconfigure-device", "-m", "system-ram", dax(1), "-j").error();
    assertThat(small.get("errno").getAsString()).as("of 64 MiB, with blocks of 128 MiB").isEqualTo("EINVAL");
    assertThat(small.get("message").getAsString())
        .contains("the kernel takes memory in blocks of 128 MiB at multiples of "
            + "that (/sys/devices/system/memory/block_size_bytes), and none lies whole in its ranges 0x40000000-0x43ffffff");
    assertThat(jdax("list", "-d", dax(1), "-j").device().get("driver").getAsString()).isEqualTo("device_dax");
    JsonObject given = jdax("reconfigure-device", "-f", "-s", "256M", "-m", "system-ram", dax(1), "-j").device();
    assertThat(given.get("online_memblocks").getAsInt()).isEqualTo(2);
    assertThat(given.get("movable").getAsBoolean()).isTrue();
    assertAlike();
    JsonObject grown = jdax("reconfigure-device", "-f", "-s", "384M", dax(1), "-j").device();
    assertThat(grown.get("online_memblocks").getAsInt()).as("as it was before").isEqualTo(3);
    assertAlike();
    JsonObject refused = jdax("reconfigure-device", "-f", "-s", "385M", dax(1), "-j").error();
    assertThat(refused.get("errno").getAsString()).isEqualTo("EINVAL");
    assertThat(jdax("list", "-d", dax(1), "-j").device().get("online_memblocks").getAsInt()).isEqualTo(3);
    assertThat(jdax("reconfigure-device", "-f", "-m", "devdax", dax(1), "-j").device().get("driver").getAsString())
        .isEqualTo("device_dax");
    assertAlike();
    // daxctl's way in, and jdax's back; and the other way round
    shell("daxctl reconfigure-device -m system-ram -N " + dax(1)).succeeded();
    jdax("online-memory", "all").succeeded();
    assertAlike();
    shell("daxctl reconfigure-device -m devdax -f " + dax(1)).succeeded();
    jdax("destroy-device", "-f", dax(1)).succeeded();
  }

  @Test
  @Order(11)
  void aPolicyThatWouldBringItOnlineOtherwiseIsRespected() throws Exception {
    empty();
    jdax("create-device", "-s", "128M").succeeded();
    Files.writeString(AUTO_ONLINE, "online");
    try {
      for (String[] option : new String[][]{{"-N"}, {}}) {
        List<String> words = new ArrayList<>(List.of("reconfigure-device", "-m", "system-ram", dax(1), "-j"));
        words.addAll(List.of(option));
        JsonObject refused = jdax(words.toArray(String[]::new)).error();
        assertThat(refused.get("errno").getAsString()).isEqualTo("EBUSY");
        assertThat(refused.get("message").getAsString()).contains("auto_online_blocks is online");
        assertThat(refused.get("hint").getAsString()).isEqualTo("write offline to it, or take what comes with -f");
      }
      assertThat(shell("daxctl reconfigure-device -m system-ram -N " + dax(1)).exit()).isEqualTo(240);
      Files.writeString(AUTO_ONLINE, "online_movable");
      JsonObject forced = jdax("reconfigure-device", "-m", "system-ram", "-N", "-f", dax(1), "-j").device();
      assertThat(forced.get("online_memblocks").getAsInt()).isEqualTo(1);
    } finally {
      Files.writeString(AUTO_ONLINE, "offline");
    }
    jdax("reconfigure-device", "-m", "devdax", "-f", dax(1)).succeeded();
  }

  @Test
  @Order(12)
  void twoToolsAtOnceLeaveNoDeviceThatCannotBeUsed() throws Exception {
    empty();
    for (int round = 0; round < 6; round++) {
      jdax("create-device", "-s", "32M").succeeded();
      FutureTask<String> other = new FutureTask<>(
          () -> Hmem.daxctl("disable-device " + dax(1)).said() + "; " + Hmem.daxctl("destroy-device " + dax(1)).said());
      Thread.ofPlatform().start(other);
      StringBuilder said = new StringBuilder();
      while (!other.isDone()) {
        Run run = jdax("reconfigure-device", "-f", "-s", said.length() % 2 == 0 ? "64M" : "32M", dax(1), "-j");
        assertThat(run.err()).isEmpty();
        if (run.exit() != 0) {
          assertThat(run.error().get("errno").getAsString()).as(run.toString())
              .isIn("ENXIO", "ENOENT", "EBUSY", "ENODEV");
        }
        said.append(run.exit());
      }
      System.out.println("round " + round + ": jdax ended with " + said + ", daxctl said " + other.get());
      jdax("destroy-device", "-f", "all", "-r", region).succeeded();
      assertThat(available()).isEqualTo(512);
    }
    jdax("create-device").succeeded();
    assertAlike();
  }

  @Test
  @Order(13)
  void aDeviceIsMeasuredAndKeepsWhatItHoldsUnlessItMayBeOverwritten() throws Exception {
    empty();
    jdax("create-device", "-s", "32M").succeeded();
    DaxDevice device = Dax.open(dax(1));
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      mapping.segment().fill((byte) 42);
    }
    JsonArray read = jdax("bench", "-d", dax(1), "--seconds", "1", "-j").succeeded().array("measured");
    assertThat(read.asList()).isNotEmpty()
        .allMatch(each -> each.getAsJsonObject().get("operation").getAsString().equals("read"));
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      MemorySegment expected = MemorySegment.ofArray(new byte[(int) device.size()]).fill((byte) 42);
      assertThat(mapping.segment().mismatch(expected)).isEqualTo(-1);
      JsonObject used = jdax("bench", "-d", dax(1), "--overwrite", "--seconds", "1", "-j").error();
      assertThat(used.get("errno").getAsString()).isEqualTo("EBUSY");
      assertThat(used.get("message").getAsString()).contains("it is open or mapped in");
    }
    JsonArray all = jdax("bench", "-d", dax(1), "--overwrite", "-s", "4M", "--seconds", "1", "-j").succeeded()
        .array("measured");
    assertThat(all.asList()).hasSizeGreaterThan(read.size());
    jdax("disable-device", dax(1)).succeeded();
    assertThat(jdax("bench", "-d", dax(1), "-j").error().get("errno").getAsString()).isEqualTo("ENXIO");
  }

  @Test
  @Order(14)
  void anOrdinaryUserSeesWhatMayBeSeen() throws Exception {
    empty();
    jdax("create-device", "-s", "128M").succeeded();
    // What the host shows may be only root's there, too.
    Path copies = Files.createDirectory(Path.of("/tmp/classes"));
    for (Class<?> part : List.of(Jdax.class, DaxDevice.class, NvdimmImage.class, CommandLine.class, Gson.class)) {
      Path from = Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI());
      shell("cp -rL " + from + " " + copies.resolve(part.getSimpleName())).succeeded();
    }
    shell("chmod -R a+rX " + copies).succeeded();
    String java = System.getProperty("java.home") + "/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        + " --enable-native-access=ALL-UNNAMED -cp $(ls -d /tmp/classes/* | tr \"\\n\" :) " + Jdax.class.getName();
    Run list = shell("su -s /bin/sh nobody -c '" + java + " list -RDM'").succeeded();
    assertThat(list.out().lines().map(line -> line.replaceAll(" {2,}", "  "))).contains(
        region + "  512 MiB  384 MiB  unknown (needs root)  " + path, dax(1) + "  128 MiB  2 MiB  0  devdax",
        dax(1) + "  unknown (needs root)", nvdimm + "  unknown (needs root)");
    Run create = shell("su -s /bin/sh nobody -c '" + java + " create-device -s 2M -a 2M -j'");
    JsonObject refused = JsonParser.parseString(create.failed().out()).getAsJsonObject().getAsJsonArray("errors")
        .get(0).getAsJsonObject();
    assertThat(refused.get("errno").getAsString()).isEqualTo("EACCES");
    assertThat(refused.get("hint").getAsString()).isEqualTo("do it as root");
  }

  @Test
  @Order(15)
  void memoryOfAnyKindMayStayForEver() throws Exception {
    empty();
    jdax("create-device", "-s", "128M").succeeded();
    JsonObject normal = jdax("reconfigure-device", "-m", "system-ram", "--no-movable", dax(1), "-j").device();
    assertThat(normal.get("online_memblocks").getAsInt()).isEqualTo(1);
    assertThat(normal.get("movable").getAsBoolean()).isFalse();
    assertAlike();
  }
}
