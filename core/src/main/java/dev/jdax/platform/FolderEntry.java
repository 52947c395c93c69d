// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A name in an open folder: that folder, whatever its path comes to mean. */
public final class FolderEntry implements AutoCloseable {
  private final Fd folder;
  private final byte[] name;

  private FolderEntry(Fd folder, byte[] name) {
    this.folder = folder;
    this.name = name;
  }

  /**
   * Opens the folder that a path leads into.
   *
   * @param path the path; its last name need not be there
   * @return the last name of the path, in that folder
   * @throws SystemCallException if open(2) fails; with EISDIR if the path has no last name
   */
  public static FolderEntry of(Path path) throws SystemCallException {
    Path name = path.getFileName();
    if (name == null) {
      throw new SystemCallException(SystemCall.OPENAT, Abi.EISDIR);
    }
    Path folder = path.getParent();
    return new FolderEntry(Fd.openPlace(folder == null ? Path.of(".") : folder), PathBytes.of(name));
  }

  /**
   * Makes a file of that name, readable and writable for its owner, and opens it for both.
   *
   * @return the open file
   * @throws SystemCallException if openat(2) fails; with EEXIST if something of that name is there
   */
  public Fd create() throws SystemCallException {
    return folder.openAt(name, Abi.O_RDWR | Abi.O_CREAT | Abi.O_EXCL, 0600);
  }

  /**
   * Removes the name, if it still leads to a file.
   *
   * @param file the file
   * @return whether the name led to the file, and is removed
   * @throws SystemCallException if that cannot be seen, or unlinkat(2) fails
   */
  public boolean remove(FileId file) throws SystemCallException {
    try (Arena arena = Arena.ofConfined();
        Fd there = folder.openAt(name, Abi.O_PATH | Abi.O_NOFOLLOW, 0)) {
      if (!there.status().id().equals(file)) {
        return false;
      }
      MemorySegment path = arena.allocate(name.length + 1L).copyFrom(MemorySegment.ofArray(name));
      Linux.check(SystemCall.UNLINKAT, Linux.calls().unlinkat(folder.number(), path, 0));
      return true;
    } catch (SystemCallException e) {
      if (e.errno() == Abi.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
