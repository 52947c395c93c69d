// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static dev.jdax.guest.inside.CommandLines.daxctl;
import static dev.jdax.guest.inside.CommandLines.jdax;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.OnMapped;
import dev.jdax.kernel.Dax;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two tools, or three, that reconfigure the devices of one region at once. */
public class NoToolIsInTheWayOfJdax {
  private static final long SEED = Long.getLong("jdax.seed", new Random().nextInt());
  private static final int STEPS = 15;
  private static final long GRANULE = 2 << 20;

  /** What of daxctl's verbs changes devices; %1$s is a device, %2$s a size, %3$s the region. */
  private static final List<String> CHANGES = List.of("destroy-device -f %1$s", "disable-device %1$s",
      "enable-device %1$s", "reconfigure-device -s %2$s %1$s", "reconfigure-device -m system-ram -N %1$s",
      "reconfigure-device -m devdax -f %1$s", "reconfigure-device -m devdax %1$s");
  private static final List<String> CREATION = List.of("create-device -r %3$s -s %2$s",
      "create-device -r %3$s -s %2$s -a 4k");

  @BeforeAll
  static void saySeed() {
    System.out.println("-Djdax.seed=" + SEED);
  }

  @AfterAll
  static void theKernelIsSound() throws Exception {
    Shell.requireSoundKernel();
  }

  @Test
  void whereDaxctlChangesWhatThereIs() throws Exception {
    Hmem.idle();
    compete(new Random(SEED), CHANGES);
    List<DaxDevice> empty = new ArrayList<>();
    for (DaxDevice device : Hmem.region().devices()) {
      if (device.id() != 0 && device.size() == 0) {
        empty.add(device);
      }
    }
    // jdax leaves none by itself. One may be left between tools: one of them gives a device its size of 0 back that
    // another one was just destroying, and could not delete.
    assertThat(empty).describedAs("empty devices, with -Djdax.seed=%s", SEED).hasSizeLessThanOrEqualTo(1);
    assertUsable();
  }

  @Test
  void whereDaxctlCreatesDevicesToo() throws Exception {
    Hmem.idle();
    List<String> all = new ArrayList<>(CHANGES);
    all.addAll(CREATION);
    all.addAll(CREATION);
    compete(new Random(~SEED), all);
    assertUsable();
  }

  private void compete(Random random, List<String> verbs) throws Exception {
    try (Beside one = Beside.puppet();
        Beside other = Beside.puppet();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Beside> puppets = List.of(one, other);
      List<Future<String>> said = new ArrayList<>();
      for (Beside puppet : puppets) {
        String order = "reconfigure " + random.nextLong() + " " + STEPS;
        said.add(threads.submit(() -> puppet.tell(order)));
      }
      Map<String, Integer> tally = new TreeMap<>();
      while (said.stream().anyMatch(future -> !future.isDone())) {
        List<DaxDevice> devices = Hmem.region().devices();
        String line = verbs.get(random.nextInt(verbs.size())).formatted(
            devices.get(random.nextInt(devices.size())).name(), (1 + random.nextInt(16)) * GRANULE,
            Hmem.region().id());
        Shell shell = Hmem.daxctl(line);
        tally.merge(line.split(" ")[0] + " " + (shell.status() == 0 ? "OK" : "failed"), 1, Integer::sum);
      }
      System.out.println("daxctl: " + tally);
      for (Future<String> future : said) {
        System.out.println("jdax: " + future.get());
      }
      for (Future<String> future : said) {
        String answer = future.get();
        int faults = answer.indexOf("faults: ");
        assertThat(answer.substring(0, faults)).describedAs("with -Djdax.seed=%s", SEED).contains(" OK=");
        assertThat(answer.substring(faults)).describedAs("with -Djdax.seed=%s", SEED).isEqualTo("faults: []");
      }
      assertOnePicture(puppets);
    }
  }

  /** All say the same: both processes, this one, sysfs and daxctl. */
  private static void assertOnePicture(List<Beside> puppets) throws Exception {
    List<String> picture = Shell.ask("""
        cd /sys/bus/dax/devices
        for device in dax*; do
          driver=none
          if [ -e $device/driver ]; then driver=$(basename $(readlink $device/driver)); fi
          echo $device $driver $(cat $device/size $device/align)
        done
        """).lines().toList();
    for (Beside puppet : puppets) {
      assertThat(puppet.tell("picture").split("; ")).containsExactlyInAnyOrderElementsOf(picture);
    }
    assertThat(Puppet.picture().split("; ")).containsExactlyInAnyOrderElementsOf(picture);
    JdaxBesideDaxctl.assertAlike(daxctl("list -RDMi"), jdax("list", "-RDMi", "-j").succeeded().array("regions"),
        "path");
    DaxRegion region = Hmem.region();
    long sizes = 0;
    for (DaxDevice device : region.devices()) {
      sizes += device.size();
    }
    assertThat(sizes + region.availableSize()).isEqualTo(region.size());
  }

  /** Whatever has become of the devices, all can be taken away, and one be made of all the memory. */
  private static void assertUsable() throws Exception {
    jdax("reconfigure-device", "all", "-f", "-m", "devdax", "-j").succeeded();
    jdax("destroy-device", "all", "-f", "-j").succeeded();
    DaxRegion region = Hmem.region();
    assertThat(region.availableSize()).isEqualTo(region.size());
    DaxDevice whole = region.create(region.size());
    whole.map(Access.READ_WRITE).close();
    whole.setMode(DaxMode.SYSTEM_RAM, OnMapped.REFUSE);
    whole.setMode(DaxMode.DEVDAX, OnMapped.REFUSE);
    whole.destroy();
    assertThat(Dax.devices()).hasSize(1);
  }
}
