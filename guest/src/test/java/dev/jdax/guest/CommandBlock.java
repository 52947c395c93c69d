// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of a document that a reader would type into a shell: indented by four columns, or fenced as sh.
 *
 * @param line the number of its first line
 * @param commands its commands, each as it is written: with its comment, and with line ends where it is continued
 */
record CommandBlock(int line, List<String> commands) {
  private static final Pattern FENCE = Pattern.compile(" *```(\\w*)");
  private static final Pattern LIST_ITEM = Pattern.compile("(- |\\d+\\. ).*");
  /** A fence without a language is a picture, unless it is one of these. */
  private static final Pattern COMMAND = Pattern.compile("(\\./jdax|sudo|mvn|java|guest/boot|\\$) .*");

  /** {@return the documents of a checkout, but for the changelog} */
  static List<Path> documents(Path checkout) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("docs", "guest", "pmem/src", "cli/src", "core/src", "contract/src", "bench")) {
      try (Stream<Path> files = Files.walk(checkout.resolve(folder))) {
        files.filter(file -> !file.toString().contains("/target/")).forEach(found::add);
      }
    }
    try (Stream<Path> files = Files.list(checkout)) {
      files.forEach(found::add);
    }
    return found.stream().filter(file -> file.toString().endsWith(".md") && !file.endsWith("CHANGELOG.md")).sorted()
        .toList();
  }

  /** {@return the blocks of a document, in order} */
  static List<CommandBlock> of(Path document) throws IOException {
    List<String> lines = Files.readAllLines(document);
    List<CommandBlock> blocks = new ArrayList<>();
    boolean afterBlank = true;
    int contentColumn = 0; // of the list item that a line is in
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      var fence = FENCE.matcher(line);
      if (fence.matches()) {
        int first = i + 1;
        do {
          i++;
        } while (!lines.get(i).strip().equals("```"));
        List<String> inside = lines.subList(first, i);
        if (fence.group(1).matches("sh|bash|shell|console")
            || fence.group(1).isEmpty() && inside.stream().anyMatch(each -> COMMAND.matcher(each).matches())) {
          blocks.add(new CommandBlock(first + 1, commands(inside)));
        }
      } else if (afterBlank && line.startsWith(" ".repeat(contentColumn + 4))) {
        int first = i;
        while (i + 1 < lines.size() && lines.get(i + 1).startsWith(" ".repeat(contentColumn + 4))) {
          i++;
        }
        blocks.add(new CommandBlock(first + 1, commands(lines.subList(first, i + 1))));
      } else if (LIST_ITEM.matcher(line).matches()) {
        contentColumn = line.indexOf(' ') + 1;
      } else if (!line.isBlank() && !line.startsWith(" ")) {
        contentColumn = 0;
      }
      afterBlank = lines.get(i).isBlank();
    }
    return blocks;
  }

  private static List<String> commands(List<String> lines) {
    List<String> commands = new ArrayList<>();
    String command = "";
    for (String line : lines) {
      command += line.strip();
      if (line.endsWith("\\")) {
        command += "\n";
      } else if (!command.isEmpty()) {
        commands.add(command);
        command = "";
      }
    }
    return commands;
  }

  /** {@return a command in one line, and without its comment} */
  static String withoutComment(String command) {
    return command.replaceAll("(^| +)# .*$", "").replace("\\\n", "");
  }
}
