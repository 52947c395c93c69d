// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.inside;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;

import dev.jdax.DaxDevice;
import dev.jdax.DaxMode;
import dev.jdax.Removal;
import dev.jdax.kernel.Dax;
import dev.jdax.platform.Fd;
import dev.jdax.platform.Piece;
import dev.jdax.platform.Reservation;

/** C-09 as a tool that looks for nobody does it: crashes Linux. */
public final class MapsAfterUnbind {
  private MapsAfterUnbind() {
  }

  /** Unbinds a node that is open, opens it once more, and maps that. */
  public static void main(String[] args) throws Exception {
    DaxDevice device = Dax.devices().getFirst();
    device.setMode(DaxMode.DEVDAX, Removal.IF_IDLE); // which it has not by itself where Linux wants it for kmem
    try (RandomAccessFile _ = new RandomAccessFile(Hmem.node(device), "rw")) {
      Shell.ask("echo " + device + " >" + Hmem.DEVICE_DAX + "unbind");
      Fd node = Fd.open(Path.of(Hmem.node(device)), true);
      System.out.println("opened");
      Reservation.of(List.of(new Piece(node.number(), 0, 2 << 20)), 2 << 20).place(true);
    }
    System.out.println("survived");
  }
}
