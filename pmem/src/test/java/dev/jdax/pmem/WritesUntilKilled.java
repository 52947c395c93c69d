// SPDX-License-Identifier: Apache-2.0
package dev.jdax.pmem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import dev.jdax.PageSize;

/**
 * A process that creates and destroys namespaces in an image until it is killed. It says each edit before it begins, and
 * {@code done} when it has returned.
 */
final class WritesUntilKilled {
  static final String READY = "ready";
  static final String DONE = "done";
  static final String CREATE = "create ";
  static final String DESTROY = "destroy ";
  static final long SIZE = 16 << 20;

  private WritesUntilKilled() {
  }

  /** Edits the image that the first argument names, with the seed that the second one is. */
  public static void main(String... arguments) throws IOException {
    Random random = new Random(Long.parseLong(arguments[1]));
    Path file = Path.of(arguments[0]);
    try (ImageEditor editor = ImageEditor.open(file, Attachment.DEFAULT.withSlot(0), Set.of(Force.UNSEEN_USERS))) {
      say(READY);
      while (true) {
        List<Namespace> namespaces = editor.image().namespaces();
        if (!editor.image().freeSpaces().isEmpty() && (namespaces.isEmpty() || random.nextBoolean())) {
          UUID uuid = new UUID(random.nextLong(), random.nextLong());
          say(CREATE + uuid);
          editor.createNamespace(NamespaceRequest.of(LinuxView.DEVDAX, PageSize.SIZE_2M, MapLocation.DEVICE)
              .withSize(SIZE).withUuid(uuid));
        } else {
          UUID uuid = namespaces.get(random.nextInt(namespaces.size())).rawUuid().orElseThrow();
          say(DESTROY + uuid);
          editor.destroyNamespace(uuid.toString());
        }
        say(DONE);
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
