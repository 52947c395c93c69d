// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of cells, printed in columns as wide as their widest cell. */
final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();

  /** Adds a row; later ones may have more cells or fewer. */
  Table row(String... cells) {
    rows.add(cells);
    return this;
  }

  /** Prints all rows after an indent, and no blanks at the end of a line. */
  void print(PrintWriter out, String indent) {
    List<Integer> widths = new ArrayList<>();
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        if (i == widths.size()) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), width(row[i])));
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int i = 0; i < row.length; i++) {
        line.append(row[i]).repeat(' ', widths.get(i) - width(row[i])).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
