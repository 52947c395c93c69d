// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ABlockIsWhatAReaderWouldType {
  @TempDir
  Path folder;

  private List<CommandBlock> blocksOf(String text) throws IOException {
    return CommandBlock.of(Files.writeString(folder.resolve("text.md"), text));
  }

  @Test
  void indentedOrFenced() throws IOException {
    assertThat(blocksOf("""
        A text
            that goes on here, and is no block.

            one --first   # which is a comment

            two
            three \\
              --continued

        ```sh
        four
        ```

        ```java
            five();
        ```

        ```
        a picture
        ```

        ```
        ./jdax six
        ```
        """)).containsExactly(new CommandBlock(4, List.of("one --first   # which is a comment")),
        new CommandBlock(6, List.of("two", "three \\\n--continued")), new CommandBlock(11, List.of("four")),
        new CommandBlock(23, List.of("./jdax six")));
  }

  @Test
  void alsoInAList() throws IOException {
    assertThat(blocksOf("""
        - An item

            that goes on, by two columns too many,

              and a command

        And a text.

            another
        """)).extracting(CommandBlock::commands).containsExactly(List.of("and a command"), List.of("another"));
  }

  @Test
  void withoutItsComment() {
    assertThat(CommandBlock.withoutComment("a 'b#c' \\\n--d    # e # f")).isEqualTo("a 'b#c' --d");
    assertThat(CommandBlock.withoutComment("# only")).isEmpty();
  }
}
