// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** The images that Linux has written, how they were attached, and what ndctl said of them. */
enum LinuxImage {
  DEVDAX_4K("devdax-4k", 0, 0), LABELS_1_1("labels-v1.1", 1, 2), LABELS_1_2("labels-v1.2", 2, 1), RAW("raw", 3, 3);

  private static final Path FOLDER = Path.of("../pmem/src/test/resources/images");
  private static final int BLOCK = 64 << 10;

  private final String text;
  private final int position;
  private final int region;

  LinuxImage(String text, int position, int region) {
    this.text = text;
    this.position = position;
    this.region = region;
  }

  /** {@return the name of the DIMM in the guest} */
  String dimm() {
    return "nmem" + position;
  }

  /** {@return a run of a verb, with the image attached as it was in the guest} */
  CommandRun run(String verb, Path file, Object... more) {
    List<Object> words = new ArrayList<>(List.of(verb, file, "--slot", position, "--region", region, "--base",
        "0x" + Long.toHexString(0x1_0000_0000L + position * 0x1000_0000L)));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray());
  }

  /** {@return what {@code ndctl list} says of the namespaces in the image, in the order of their names} */
  List<JsonObject> namespaces() {
    List<JsonObject> found = new ArrayList<>();
    for (JsonElement each : truth("list.json").getAsJsonObject().getAsJsonArray("regions")) {
      if (each.getAsJsonObject().get("dev").getAsString().equals("region" + region)) {
        each.getAsJsonObject().getAsJsonArray("namespaces").forEach(space -> found.add(space.getAsJsonObject()));
      }
    }
    found.removeIf(space -> space.get("size").getAsLong() == 0);
    found.sort((one, other) -> one.get("dev").getAsString().compareTo(other.get("dev").getAsString()));
    return found;
  }

  /** {@return what {@code ndctl read-labels} says of the DIMM} */
  JsonObject labels() {
    return truth("labels.json").getAsJsonArray().asList().stream().map(JsonElement::getAsJsonObject)
        .filter(each -> each.get("dev").getAsString().equals(dimm())).findFirst().orElseThrow();
  }

  private static JsonElement truth(String file) {
    InputStream truth = LinuxImage.class.getResourceAsStream("/truth/" + file);
    return JsonParser.parseReader(new InputStreamReader(truth, StandardCharsets.UTF_8));
  }

  /** {@return the image, in a file of its own with holes where it reads zero} */
  Path in(Path folder) {
    return unpack(text, folder);
  }

  /** {@return an image of Linux by its name, likewise} */
  static Path unpack(String text, Path folder) {
    Path file = folder.resolve(text + ".img");
    byte[] zero = new byte[BLOCK];
    try (InputStream image = new GZIPInputStream(Files.newInputStream(FOLDER.resolve(text + ".img.gz")));
        FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long at = 0;
      for (byte[] block = image.readNBytes(BLOCK); block.length > 0; block = image.readNBytes(BLOCK)) {
        if (!Arrays.equals(block, zero)) {
          out.write(ByteBuffer.wrap(block), at);
        }
        at += block.length;
      }
      if (out.size() < at) {
        out.write(ByteBuffer.allocate(1), at - 1);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
