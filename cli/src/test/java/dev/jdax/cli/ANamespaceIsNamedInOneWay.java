// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.kernel.MemoryBlocks;
import dev.jdax.spi.FileUsers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link dev.jdax.spi.NamespaceKey}: each verb takes each name and each uuid of a namespace. */
class ANamespaceIsNamedInOneWay {
  private static final long MIB = 1L << 20;
  private static final String OTHER = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
  private static final String UUID = "00112233-4455-6677-8899-aabbccddeeff";
  private static final String BLOCK_UUID = "ffeeddcc-bbaa-9988-7766-554433221100";

  @TempDir
  private Path folder;
  private Path image;

  @BeforeEach
  void makeTwoNamespaces() throws IOException {
    image = folder.resolve("nv.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(64 * MIB + (128 << 10));
    }
    done("init-labels", image, "--assume-unused");
    done("create-namespace", image, "--assume-unused", "--slot", 0, "-s", "16M", "-n", "beta", "-u", OTHER);
    done("create-namespace", image, "--assume-unused", "--slot", 0, "-s", "32M", "-n", "alpha", "-u", UUID,
        "--infoblock-uuid", BLOCK_UUID);
  }

  private static CommandRun done(Object... words) {
    CommandRun run = CommandRun.of(words);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    return run;
  }

  private static List<String> inAnyCase(String... keys) {
    List<String> all = new ArrayList<>();
    for (String key : keys) {
      all.addAll(List.of(key, key.toUpperCase(Locale.ROOT), key.substring(0, 18).toUpperCase(Locale.ROOT)
          + key.substring(18)));
    }
    return all;
  }

  private static List<String> keys() {
    List<String> keys = inAnyCase(UUID, BLOCK_UUID);
    keys.addAll(List.of("alpha", "namespace0.1"));
    return keys;
  }

  @Test
  void whereAnInfoBlockIsRead() {
    for (String key : keys()) {
      CommandRun run = done("read-infoblock", image, "-n", key);
      assertThat(run.out()).as(key).contains(BLOCK_UUID).doesNotContain(OTHER);
    }
  }

  @Test
  void whereANamespaceIsDestroyed() {
    for (String key : keys()) {
      CommandRun run = done("destroy-namespace", image, "--assume-unused", "--dry-run", "-n", key);
      assertThat(run.out()).as(key).contains("destroyed namespace " + UUID);
    }
    done("destroy-namespace", image, "--assume-unused", "-n", BLOCK_UUID.toUpperCase(Locale.ROOT));
    assertThat(CommandRun.of("inspect", image, "-j").json().getAsJsonArray("namespaces").asList())
        .extracting(namespace -> namespace.getAsJsonObject().get("name").getAsString()).containsExactly("beta");
  }

  @Test
  void whereThereAreNoLabels() throws IOException {
    Path whole = folder.resolve("whole.img");
    try (RandomAccessFile file = new RandomAccessFile(whole.toFile(), "rw")) {
      file.setLength(32 * MIB);
    }
    done("create-namespace", whole, "--assume-unused", "--infoblock-uuid", BLOCK_UUID);
    List<String> keys = inAnyCase(BLOCK_UUID);
    keys.add("namespace0.0");
    for (String key : keys) {
      assertThat(done("read-infoblock", whole, "-n", key).out()).as(key).contains(BLOCK_UUID);
      done("destroy-namespace", whole, "--force", "--dry-run", "-n", key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "ALPHA", "Namespace0.1", "namespace0.01", "namespace1.1", "0.1",
      "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}"})
  void whatNamesNoneIsToldAsThat(String key) {
    for (CommandRun run : List.of(CommandRun.of("read-infoblock", image, "--namespace=" + key),
        CommandRun.of("destroy-namespace", image, "--assume-unused", "--namespace=" + key))) {
      assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
      assertThat(run.err()).contains("(ENXIO)").contains("namespace0.0 \"beta\"", "namespace0.1 \"alpha\"");
    }
  }

  /** A Linux that is only asked for devices, and has none. */
  private static final class Asked implements Machine {
    final List<String> names = new ArrayList<>();

    @Override
    public List<DaxRegion> regions() {
      return List.of();
    }

    @Override
    public DaxDevice device(String name) throws DaxException {
      names.add(name);
      throw DaxException.of(Errno.ENXIO, "open " + name, "it is not there", "make it");
    }

    @Override
    public MemoryBlocks memoryBlocks(DaxDevice device) {
      throw new AssertionError("of no device");
    }

    @Override
    public String autoOnlinePolicy() {
      return "offline";
    }

    @Override
    public FileUsers users(DaxDevice device) {
      throw new AssertionError("of no device");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"destroy-device", "reconfigure-device -s 4M", "enable-device", "disable-device",
      "online-memory", "offline-memory", "list -d", "bench -d"})
  void theVerbsOfDevicesAskLinuxForTheKeyAsItIs(String verb) {
    List<String> keys = keys();
    keys.addAll(List.of("dax0.1", "0.1", "10.20", "00.1", "0.01", "2147483648.0", "/dev/dax0.1", "0", "1.2.3"));
    for (String key : keys) {
      Asked machine = new Asked();
      List<Object> words = new ArrayList<>(List.of(verb.split(" ")));
      words.add(key);
      CommandRun run = CommandRun.of(machine, words.toArray());
      assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
      assertThat(machine.names).as(verb)
          .containsExactly(key.equals("0.1") || key.equals("10.20") ? "dax" + key : key);
    }
  }
}
