// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@link MachineCode} in a page of its own: written, then made executable, and never both at once. It stays for as long
 * as the process.
 *
 * @param code what is in it
 * @param address where it is
 */
record CodePage(MachineCode code, long address) {
  private static final Logger LOG = System.getLogger("dev.jdax");
  private static final long SIZE = 4096;

  /**
   * Makes one, of memory without a name; or, where that cannot be made executable, of a memfd, which is never mapped to
   * be written.
   *
   * @param nextOnBus the handler of SIGBUS to hand on to, or 0
   * @param nextOnSegv the handler of SIGSEGV to hand on to, or 0
   * @throws SystemCallException if the kernel refuses both; then nothing is left behind
   */
  static CodePage of(MachineCode code, long nextOnBus, long nextOnSegv) throws SystemCallException {
    byte[] bytes = code.bytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putLong(code.offset("nextOnBus"), nextOnBus)
        .putLong(code.offset("nextOnSegv"), nextOnSegv);
    try {
      return new CodePage(code, withoutAName(bytes));
    } catch (SystemCallException e) {
      CodePage page = new CodePage(code, ofAMemfd(bytes));
      LOG.log(Level.WARNING,
          "this process may not make its memory executable ({0}): machine code is mapped from a memfd",
          e.getMessage());
      return page;
    }
  }

  /**
   * {@return the page that holds the two handlers, if they are those of this code; another class loader made it}
   *
   * <p>Memory is read only where both addresses lie as the handlers of this code lie in one page.
   *
   * @param onBus the handler of SIGBUS
   * @param onSegv the handler of SIGSEGV
   */
  @SuppressWarnings("restricted")
  static Optional<CodePage> withHandlers(MachineCode code, long onBus, long onSegv) {
    long address = onBus - code.offset("onBus");
    if (address % SIZE != 0 || address != onSegv - code.offset("onSegv")) {
      return Optional.empty();
    }
    byte[] found = MemorySegment.ofAddress(address).reinterpret(SIZE).asSlice(0, code.bytes().length)
        .toArray(ValueLayout.JAVA_BYTE);
    // Each page has other handlers to hand on to.
    ByteBuffer.wrap(found).putLong(code.offset("nextOnBus"), 0).putLong(code.offset("nextOnSegv"), 0);
    return Arrays.equals(found, code.bytes()) ? Optional.of(new CodePage(code, address)) : Optional.empty();
  }

  @SuppressWarnings("restricted")
  private static long withoutAName(byte[] bytes) throws SystemCallException {
    long address = Linux.check(SystemCall.MMAP, Linux.calls().mmap(0, SIZE, Abi.PROT_READ | Abi.PROT_WRITE,
        Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS, -1, 0));
    MemorySegment.ofAddress(address).reinterpret(SIZE).copyFrom(MemorySegment.ofArray(bytes));
    long result = Linux.calls().mprotect(address, SIZE, Abi.PROT_READ | Abi.PROT_EXEC);
    if (result < 0) {
      Linux.calls().munmap(address, SIZE);
      throw new SystemCallException(SystemCall.MPROTECT, (int) -result);
    }
    return address;
  }

  private static long ofAMemfd(byte[] bytes) throws SystemCallException {
    try (Fd file = Fd.memfd("jdax-code")) {
      file.write(bytes);
      file.sealSize();
      return Linux.check(SystemCall.MMAP, Linux.calls().mmap(0, SIZE, Abi.PROT_READ | Abi.PROT_EXEC, Abi.MAP_PRIVATE,
          file.number(), 0));
    }
  }

  /** {@return where a function begins, to be called} */
  MemorySegment function(String label) {
    return MemorySegment.ofAddress(address + code.offset(label));
  }
}
