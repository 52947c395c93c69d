// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The empty memfd whose mappings are reserved addresses, kept open for the life of the JVM, because to make one would be
 * a tenth of the time that a mapping takes.
 *
 * <p>A JVM may have jdax in several class loaders, and a class loader that goes closes nothing. So all of them share one,
 * whose descriptor a system property tells.
 *
 * @param number its descriptor
 * @param inode which file it is
 */
record ReservationFile(int number, long inode) {
  static final String NAME = "jdax-reservation";
  private static final String PROPERTY = "dev.jdax.reservations";
  /** The lock of all class loaders: an interned string is one object of the whole JVM. */
  private static final Object FILE_OF_THIS_JVM = "dev.jdax: the file of reservations".intern();
  private static volatile ReservationFile known;

  /** {@return the one of this JVM, which is made with the first reservation} */
  static ReservationFile ofThisJvm() throws SystemCallException {
    ReservationFile file = known;
    if (file == null) {
      synchronized (FILE_OF_THIS_JVM) {
        Integer number = Integer.getInteger(PROPERTY);
        file = of(number != null && isOne(number) ? number : make());
        known = file;
      }
    }
    return file;
  }

  private static ReservationFile of(int number) throws SystemCallException {
    return new ReservationFile(number, FileStatus.of(number).id().inode());
  }

  private static boolean isOne(int number) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).endsWith("memfd:" + NAME + " (deleted)");
    } catch (IOException e) {
      return false;
    }
  }

  private static int make() throws SystemCallException {
    Fd file = Fd.memfd(NAME);
    try {
      file.sealSize();
    } catch (SystemCallException e) {
      file.close();
      throw e;
    }
    System.setProperty(PROPERTY, Integer.toString(file.number()));
    return file.number();
  }
}
