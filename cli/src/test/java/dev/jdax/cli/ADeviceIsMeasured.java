// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.kernel.MemoryBlocks;
import dev.jdax.spi.FileUsers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

/** {@code jdax bench}, on memory of this machine that stands for a device. */
class ADeviceIsMeasured {
  private static final long SIZE = 4L << 20;
  private static final byte HELD = 42;
  private static final String SHORT = "0.05";

  private DaxBus bus;
  private DaxDevice device;
  private FileUsers users = new FileUsers(List.of(), List.of());

  /** Linux, with one device more. */
  private final Machine machine = new Machine() {
    @Override
    public List<DaxRegion> regions() {
      return bus.regions();
    }

    @Override
    public DaxDevice device(String name) throws DaxException {
      return bus.device(name);
    }

    @Override
    public MemoryBlocks memoryBlocks(DaxDevice wanted) throws DaxException {
      return MemoryBlocks.of(wanted);
    }

    @Override
    public String autoOnlinePolicy() {
      return "offline";
    }

    @Override
    public FileUsers users(DaxDevice wanted) {
      return users;
    }
  };

  @BeforeEach
  void fill() throws DaxException {
    bus = DaxBus.create();
    device = bus.add(HmemRegion.of(SIZE, PageSize.SIZE_4K)).create(SIZE);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      mapping.segment().fill(HELD);
    }
  }

  @AfterEach
  void end() {
    bus.close();
  }

  private CommandRun bench(String... options) {
    List<String> words = new ArrayList<>(List.of("bench", "--seconds", SHORT));
    words.addAll(List.of(options));
    return CommandRun.of(machine, words.toArray());
  }

  private boolean isUntouched() throws DaxException {
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      return mapping.segment().elements(ValueLayout.JAVA_BYTE)
          .allMatch(one -> one.get(ValueLayout.JAVA_BYTE, 0) == HELD);
    }
  }

  private static List<String> operations(JsonObject result) {
    return result.getAsJsonArray("measured").asList().stream().map(JsonElement::getAsJsonObject)
        .map(one -> one.get("operation").getAsString() + " " + one.get("size").getAsInt()).toList();
  }

  @Test
  void memoryOfThisMachineAsOneJsonObject() {
    CommandRun run = bench("--align", "4K", "--size", "8M", "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    JsonObject result = run.json();
    assertThat(result.keySet()).containsExactly("schema", "name", "align", "size", "persistence_domain", "written",
        "measured", "random_read");
    assertThat(result.get("schema").getAsInt()).isEqualTo(1);
    assertThat(result.get("align").getAsLong()).isEqualTo(4096);
    assertThat(result.get("size").getAsLong()).isEqualTo(8 << 20);
    assertThat(result.get("persistence_domain").getAsString()).isEqualTo("none");
    assertThat(result.get("written").getAsBoolean()).isTrue();
    assertThat(operations(result)).containsExactly("read 64", "read 4096", "read 1048576", "write 64", "write 4096",
        "write 1048576", "copy 64", "copy 4096", "copy 1048576", "persist 64", "persist 4096", "persist 1048576");
    for (JsonElement element : result.getAsJsonArray("measured")) {
      JsonObject one = element.getAsJsonObject();
      assertThat(one.keySet()).containsExactly("operation", "size", "count", "median_ns", "p99_9_ns",
          "bytes_per_second");
      assertThat(one.get("count").getAsLong()).isPositive();
      assertThat(one.get("median_ns").getAsDouble()).isPositive();
      assertThat(one.get("p99_9_ns").getAsDouble()).isGreaterThanOrEqualTo(one.get("median_ns").getAsDouble());
      assertThat(one.get("bytes_per_second").getAsDouble()).isPositive();
    }
    JsonObject random = result.getAsJsonObject("random_read");
    assertThat(random.keySet()).containsExactly("size", "span", "median_ns", "not_compared");
    assertThat(random.get("not_compared").getAsString()).isEqualTo("the alignment is 4 KiB already");
  }

  @Test
  void memoryInLargerPagesIsComparedWithSmallOnesWhereThereAreSome() {
    CommandRun run = bench("--align", "2M", "--size", "4M", "--json");
    if (run.exitCode() == 0) {
      JsonObject random = run.json().getAsJsonObject("random_read");
      assertThat(random.keySet()).containsExactly("size", "span", "median_ns", "median_ns_4k", "speed");
      assertThat(random.get("speed").getAsDouble())
          .isEqualTo(random.get("median_ns_4k").getAsDouble() / random.get("median_ns").getAsDouble());
    } else {
      assertThat(run.out()).contains("cannot claim 4 MiB in pages of 2 MiB");
    }
  }

  @Test
  void asTextForPeople() {
    CommandRun run = bench("--size", "2M");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.err()).as("no bar where there is no terminal").isEmpty();
    assertThat(run.out()).contains("memory of this machine: 2 MiB, mapped at an alignment of 4 KiB.",
        "Persistence domain: none, the memory is volatile; a persist is a fence.", "a random read of 8 bytes: ")
        .containsPattern("persist +4 KiB +[\\d.]+ [nµm]s +[\\d.]+ [nµm]s +[\\d.]+ GB/s").doesNotContain("overwrite");
  }

  @Test
  void aDeviceIsOnlyRead() throws DaxException {
    users = new FileUsers(List.of("1 (init)"), List.of());
    CommandRun run = bench("--device", device.name());
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).contains(device.name() + ": 4 MiB, mapped at", "read ", "Nothing was written.", "--overwrite")
        .doesNotContain("copy ", "persist  ");
    assertThat(isUntouched()).isTrue();
    JsonObject result = bench("--device", device.name(), "--json").json();
    assertThat(operations(result)).containsExactly("read 64", "read 4096", "read 1048576");
    assertThat(result.get("written").getAsBoolean()).isFalse();
    assertThat(isUntouched()).isTrue();
  }

  @Test
  void aDeviceThatMayBeOverwrittenIs() throws DaxException {
    JsonObject result = bench("--device", device.name(), "--overwrite", "--size", "2M", "--json").json();
    assertThat(operations(result)).hasSize(12);
    assertThat(result.get("name").getAsString()).isEqualTo(device.name());
    assertThat(result.get("written").getAsBoolean()).isTrue();
    assertThat(isUntouched()).isFalse();
    try (DaxMapping mapping = device.map(Access.READ_ONLY)) {
      assertThat(mapping.segment().asSlice(2 << 20).elements(ValueLayout.JAVA_BYTE)
          .allMatch(one -> one.get(ValueLayout.JAVA_BYTE, 0) == HELD)).as("behind what --size says").isTrue();
    }
  }

  @Test
  void whatOthersUseIsNotOverwritten() throws DaxException {
    users = new FileUsers(List.of("12 (qemu)", "13 (java)"), List.of());
    CommandRun run = bench("--device", device.name(), "--overwrite", "--assume-unused");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualToNormalizingNewlines("jdax: cannot overwrite " + device
        + ": it is open or mapped in 12 (qemu), 13 (java); end that, or leave --overwrite away (EBUSY)\n");
    users = new FileUsers(List.of(), List.of("1 (init)"));
    run = bench("--device", device.name(), "--overwrite", "--json");
    assertThat(run.exitCode()).isEqualTo(1);
    JsonObject error = run.json().getAsJsonArray("errors").get(0).getAsJsonObject();
    assertThat(error.get("errno").getAsString()).isEqualTo("EBUSY");
    assertThat(error.get("message").getAsString())
        .isEqualTo("cannot overwrite " + device + ": it cannot be seen whether it is open in 1 (init)");
    assertThat(error.get("hint").getAsString()).contains("--assume-unused");
    assertThat(isUntouched()).isTrue();
    assertThat(bench("--device", device.name(), "--overwrite", "--assume-unused").exitCode()).isZero();
    assertThat(isUntouched()).isFalse();
  }

  @Test
  void thePlotIsSvgWithALineForEachKind(@TempDir Path folder) throws Exception {
    Path plot = Files.writeString(folder.resolve("latencies"), "an old file, which is longer than nothing");
    CommandRun run = bench("--size", "2M", "--plot", plot.toString(), "--json");
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.json().get("plot").getAsString()).isEqualTo(plot.toString());
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Element svg = factory.newDocumentBuilder().parse(plot.toFile()).getDocumentElement();
    assertThat(svg.getTagName()).isEqualTo("svg");
    assertThat(svg.getElementsByTagName("path").getLength()).as("letters, lines and marks").isGreaterThan(50);
    assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("memory of this machine, 2 MiB, alignment 4 KiB");
    assertThat(svg.getElementsByTagName("desc").item(0).getTextContent())
        .isEqualTo("ns over bytes of one operation: read, median; read, p99.9; write, median; write, p99.9; "
            + "copy, median; copy, p99.9; persist, median; persist, p99.9; random read, median");
  }

  @Test
  void aPlotThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured(@TempDir Path folder) {
    Path nowhere = folder.resolve("nowhere");
    CommandRun run = CommandRun.of(machine, "bench", "--seconds", "3600", "--plot", nowhere.resolve("plot.svg"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("jdax: cannot open " + nowhere + ": there is no such file");
    run = CommandRun.of(machine, "bench", "--seconds", "3600", "--plot", folder);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("jdax: cannot open " + folder);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--align 8K | not the size of a page; give 4K, 2M or 1G",
      "--align 4K --size 3M | it has to be a multiple of 2 MiB, at least 2 MiB", "--size 0 | at least 2 MiB",
      "--device dax0.1 --align 2M | a device is mapped at its own alignment",
      "--device dax0.1 --size 8M | and at most what the device has, 4 MiB",
      "--device dax0.1 --size 2049K | it has to be a multiple of 4 KiB",
      "--overwrite | there is no --device that it could be about",
      "--device dax0.1 --assume-unused | nothing is written without --overwrite",
      "--seconds 0 | give more than 0, at most 3600", "--seconds NaN | give more than 0"})
  void aWrongOptionIsExplainedWithExitCodeTwo(String options, String sentence) {
    CommandRun run = CommandRun.of(machine, (Object[]) ("bench " + options).split(" "));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(sentence, "Usage: jdax bench").doesNotContain("--seconds=");
  }

  @Test
  void aDeviceThatIsNotThereIsOneSentence() {
    CommandRun run = bench("--device", "dax7.7");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("jdax: cannot ").contains("dax7.7").hasLineCount(1);
  }

  @Test
  void onATerminalABarShowsHowFarItIs() throws Exception {
    ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    try (BenchProgress progress = BenchProgress.on(new PrintStream(terminal, true, StandardCharsets.UTF_8))) {
      progress.begin(4);
      progress.at("persist of 64 bytes");
      progress.step();
    }
    assertThat(terminal.toString(StandardCharsets.UTF_8)).contains("measuring", "25%", "1/4");
  }

  @Test
  void otherVerbsLoadNothingOfIt() throws Exception {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xlog:class+load", "-cp", System.getProperty("java.class.path"),
        Jdax.class.getName(), "--help").redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("dev.jdax.cli.BenchCommand", "Usage: jdax").doesNotContain("org.HdrHistogram",
        "me.tongfei", "org.knowm", "java.awt");
  }
}
