// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A file system that is mounted for reading, without a place in the tree of folders: only a descriptor leads to it, and
 * with that it ends (fsmount(2)).
 */
final class HiddenMount {
  private HiddenMount() {
  }

  /**
   * {@return the top folder of the file system, if this process may mount it and the kernel has it}
   *
   * @param type the kind of file system
   * @param flags the options, which have no values
   */
  static Optional<Fd> of(String type, List<String> flags) {
    try (Arena arena = Arena.ofConfined(); Fd context = context(arena, type)) {
      for (String flag : flags) {
        configure(context, Abi.FSCONFIG_SET_FLAG, arena.allocateFrom(flag));
      }
      configure(context, Abi.FSCONFIG_CMD_CREATE, MemorySegment.NULL);
      return Optional.of(Fd.of(SystemCall.FSMOUNT,
          () -> Linux.calls().fsmount(context.number(), Abi.FSMOUNT_CLOEXEC, Abi.MOUNT_ATTR_RDONLY)));
    } catch (SystemCallException e) {
      return Optional.empty();
    }
  }

  private static Fd context(Arena arena, String type) throws SystemCallException {
    return Fd.of(SystemCall.FSOPEN, () -> Linux.calls().fsopen(arena.allocateFrom(type), Abi.FSOPEN_CLOEXEC));
  }

  private static void configure(Fd context, int command, MemorySegment key) throws SystemCallException {
    Linux.check(SystemCall.FSCONFIG, Linux.calls().fsconfig(context.number(), command, key));
  }
}
