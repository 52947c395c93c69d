// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PageFaults;
import dev.jdax.kernel.Dax;
import dev.jdax.platform.Fd;
import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;
import dev.jdax.platform.SystemCallException;

/** A process that does one thing a line, and says in a line how it went: what it gave, or what was thrown. */
final class Puppet {
  /** What an answer begins with, and nothing else that a JVM says. */
  static final String ANSWER = "> ";

  private final Arena arena = Arena.ofShared();
  private DaxMapping mapping;
  private MemorySegment memory;

  private Puppet() {
  }

  public static void main(String[] args) throws IOException {
    Puppet puppet = new Puppet();
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String answer;
      try {
        answer = String.valueOf(puppet.obey(order.split(" ")));
      } catch (DaxException e) {
        answer = "DaxException: " + e.getMessage();
      } catch (Exception | InternalError e) {
        answer = e.getClass().getSimpleName() + ": " + e.getMessage();
      }
      System.out.println(ANSWER + answer.replace('\n', ' '));
    }
    System.exit(0);
  }

  private Object obey(String[] words) throws Exception {
    return switch (words[0]) {
      case "devices" -> devices();
      case "picture" -> picture();
      case "reconfigure" -> Reconfigurer.run(Long.parseLong(words[1]), Integer.parseInt(words[2]));
      case "ranges" -> Dax.open(words[1]).ranges();
      case "disable" -> {
        Dax.open(words[1]).disable();
        yield "disabled";
      }
      case "map" -> map(words[1]);
      case "faults-of-map" -> {
        long before = PageFaults.ofThisThread().minor();
        map(words[1]);
        yield PageFaults.ofThisThread().minor() - before;
      }
      case "map-raw" -> mapRaw(Path.of(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
      case "load" -> memory.get(JAVA_LONG, Long.parseLong(words[1]));
      case "store" -> {
        memory.set(JAVA_LONG, Long.parseLong(words[1]), Long.parseLong(words[2]));
        yield "stored";
      }
      case "check" -> mapping.firstUnreachable(0, mapping.length());
      case "faults-of-touch" -> faultsOfTouch(Long.parseLong(words[1]));
      case "close" -> {
        mapping.close();
        yield "closed";
      }
      default -> throw new IllegalArgumentException("nobody obeys " + List.of(words));
    };
  }

  private static String devices() throws IOException {
    StringBuilder shown = new StringBuilder();
    for (DaxDevice device : Dax.devices()) {
      shown.append(device).append(' ').append(device.state()).append(' ').append(device.mode()).append(' ')
          .append(device.size()).append(' ').append(device.alignment().bytes()).append("; ");
    }
    return shown.toString();
  }

  /** Each device, with its driver, its size and its alignment. */
  static String picture() throws IOException {
    StringBuilder shown = new StringBuilder();
    for (DaxDevice device : Dax.devices()) {
      shown.append(device).append(' ').append(device.driver().orElse("none")).append(' ').append(device.size())
          .append(' ').append(device.alignment().bytes()).append("; ");
    }
    return shown.toString();
  }

  private String map(String device) throws IOException {
    mapping = Dax.open(device).map(Access.READ_WRITE);
    memory = mapping.segment();
    return "mapped";
  }

  /** As any program may: without a look at the device, and then the node is closed. */
  private String mapRaw(Path node, long offset, long length) throws SystemCallException {
    try (Fd file = Fd.open(node, true)) {
      Reservation run = Reservation.of(List.of(new Piece(file.number(), offset, length)), 2 << 20);
      run.place(true);
      memory = run.segment(arena);
    }
    return "mapped";
  }

  private long faultsOfTouch(long step) throws IOException {
    try (Arena other = Arena.ofShared()) { // has the loop compiled, and its classes loaded
      MemorySegment warm = other.allocate(1 << 20, 4096);
      for (int i = 0; i < 500; i++) {
        touch(warm, 4096);
        PageFaults.ofThisThread().minor();
      }
    }
    long before = PageFaults.ofThisThread().minor();
    touch(memory, step);
    return PageFaults.ofThisThread().minor() - before;
  }

  private static void touch(MemorySegment memory, long step) {
    for (long at = 0; at < memory.byteSize(); at += step) {
      memory.set(JAVA_LONG, at, at);
    }
  }
}
