// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.ByteSize;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What was measured, drawn: time over size, both logarithmic, a line for each kind of operation and percentile. */
final class BenchPlot {
  static {
    System.setProperty("java.awt.headless", "true"); // before the first class that would look for a screen
  }

  private static final int WIDTH = 900;
  private static final int HEIGHT = 600;
  /** Of each kind of operation; the Okabe-Ito palette, which the colour-blind can tell apart. */
  private static final Color[] COLORS = {new Color(0x0072b2), new Color(0xe69f00), new Color(0x009e73),
      new Color(0xcc79a7)};

  private final XYChart chart;
  private final List<String> lines = new ArrayList<>();

  private BenchPlot(Bench.Result result) {
    chart = new XYChartBuilder().width(WIDTH).height(HEIGHT)
        .title(result.name() + ", " + ByteSize.format(result.span()) + ", alignment " + result.alignment())
        .xAxisTitle("bytes of one operation").yAxisTitle("ns").build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true)
        .setLegendPosition(LegendPosition.OutsideE).setChartBackgroundColor(Color.WHITE);
    for (Bench.Kind kind : Bench.Kind.values()) {
      List<Bench.Measured> measured = result.measured().stream().filter(one -> one.kind() == kind).toList();
      if (!measured.isEmpty()) {
        double[] sizes = measured.stream().mapToDouble(Bench.Measured::size).toArray();
        line(kind + ", median", sizes, measured.stream().mapToDouble(Bench.Measured::median).toArray(),
            COLORS[kind.ordinal()], SeriesLines.SOLID);
        line(kind + ", p99.9", sizes, measured.stream().mapToDouble(Bench.Measured::p999).toArray(),
            COLORS[kind.ordinal()], SeriesLines.DASH_DASH);
      }
    }
    point("random read, median", result.random().here(), Color.BLACK);
    result.random().at4K().ifPresent(nanos -> point("random read at 4 KiB, median", nanos, Color.GRAY));
  }

  /**
   * Draws into a file, as SVG. If that fails, the file is as it was.
   *
   * @throws DaxException with the errno of Linux, such as ENOSPC, if it cannot be written
   * @throws FileSystemException if no file can be put there
   */
  static void draw(Bench.Result result, Path file) throws IOException {
    String svg = new BenchPlot(result).svg();
    try {
      if (isReplaced(file)) {
        replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), svg);
      } else {
        Files.writeString(file, svg);
      }
    } catch (FileSystemException e) {
      throw e; // it names the file
    } catch (IOException e) {
      throw Failure.exception("draw " + file, e, "make room for it, or name another file");
    }
  }

  private static void replace(Path file, String text) throws IOException {
    Path whole = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      Files.writeString(whole, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** {@return whether a new file takes the place of this one; a pipe or a device is written to instead} */
  static boolean isReplaced(Path file) {
    return Files.notExists(file) || Files.isRegularFile(file);
  }

  /**
   * Finds out whether Java can draw letters.
   *
   * @throws DaxException with ENOENT if it finds no font
   */
  static void requireFont(Path file) throws DaxException {
    try {
      Font.decode(null).canDisplay('0'); // looks for one
    } catch (RuntimeException | LinkageError | InternalError e) { // the JDK's words for fonts that are not there
      throw DaxException.of(Errno.ENOENT, "draw " + file, "Java finds no font",
          "install fontconfig and a font, such as fonts-dejavu-core, or leave --plot away", e);
    }
  }

  private void point(String name, double nanos, Color color) {
    line(name, new double[]{Bench.READ_SIZE}, new double[]{nanos}, color, SeriesLines.NONE);
  }

  private void line(String name, double[] sizes, double[] nanos, Color color, BasicStroke stroke) {
    lines.add(name);
    chart.addSeries(name, sizes, nanos).setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color).setLineColor(color)
        .setLineStyle(stroke);
  }

  /** The letters are drawn as outlines: a reader who cannot see them, or looks for them, is told in words. */
  private String svg() {
    String svg;
    try {
      svg = new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it is drawn in memory
    }
    int behindTheRoot = svg.indexOf('>', svg.indexOf("<svg")) + 1;
    return svg.substring(0, behindTheRoot) + "\n  <title>" + escaped(chart.getTitle()) + "</title>\n  <desc>"
        + escaped(chart.getYAxisTitle() + " over " + chart.getXAxisTitle() + ": " + String.join("; ", lines))
        + "</desc>" + svg.substring(behindTheRoot);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
