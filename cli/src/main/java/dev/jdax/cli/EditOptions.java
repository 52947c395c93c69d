// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;

import dev.jdax.ByteSize;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.Force;
import dev.jdax.pmem.ImageEditor;
import dev.jdax.pmem.MediaEdit;
import dev.jdax.pmem.MediaStep;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the verbs that write to images share: which image, whether really, and what is said of it. */
final class EditOptions {
  @Mixin
  private ImageOptions image;

  @Option(names = "--dry-run", description = "Check everything and say what would be written, and write nothing.")
  private boolean dryRun;

  @Option(names = {"-f", "--force"}, description = {
      "Write over labels, an info block or anything else that is there, change the labels of one DIMM out of several, "
          + "and do all of --assume-unused. What is in use is never written to: mounted, swap, under a loop device, "
          + "open or mapped."})
  private boolean force;

  @Option(names = "--assume-unused", description = {
      "Write also where the kernel cannot say whether the image is in use: a block device, a file on overlayfs or a "
          + "network's file system, or another user's."})
  private boolean assumeUnused;

  @Option(names = {"-j", "--json"}, description = "Print one JSON object (schema 1).")
  private boolean json;

  private record Document(int schema, boolean dry_run, String summary, List<Step> steps,
      List<NamespaceJson> namespaces) {
  }

  private record Step(String what, long offset, int size, boolean barrier) {
    Step(MediaStep step) {
      this(step.what(), step.offset(), step.bytes().length(), step.barrier());
    }
  }

  /** An edit of an image. */
  interface Edit {
    MediaEdit of(ImageEditor editor) throws IOException;
  }

  /** {@return how a machine has the image} */
  Attachment attachment() {
    return image.attachment();
  }

  /** Does the edit, or as if, and prints what was done. */
  int run(PrintWriter out, Edit edit) throws IOException {
    try (ImageEditor editor = dryRun
        ? ImageEditor.dryRunning(image.file(), attachment(), granted())
        : ImageEditor.open(image.file(), attachment(), granted())) {
      print(out, edit.of(editor));
    }
    out.flush();
    return 0;
  }

  private Set<Force> granted() {
    return force ? Force.all() : assumeUnused ? Set.of(Force.UNSEEN_USERS) : Force.none();
  }

  private void print(PrintWriter out, MediaEdit edit) {
    if (json) {
      out.println(
          Json.of(new Document(Json.SCHEMA, dryRun, edit.summary(), edit.steps().stream().map(Step::new).toList(),
              edit.namespace().map(NamespaceJson::new).stream().toList())));
      return;
    }
    out.println((dryRun ? "dry run, nothing was written: " : "") + Printable.of(edit.summary()));
    if (dryRun && !edit.steps().isEmpty()) {
      Table steps = new Table().row("at", "bytes", "what");
      for (MediaStep step : edit.steps()) {
        steps.row(ByteSize.hex(step.offset()), Integer.toString(step.bytes().length()),
            Printable.of(step.what()) + (step.barrier() ? ", then a barrier" : ""));
      }
      steps.print(out, "  ");
    }
  }
}
