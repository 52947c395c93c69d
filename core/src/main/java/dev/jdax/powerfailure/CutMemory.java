// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;

/** Memory that is brought, for each cut again, to what a power failure has left, and the check that is run on it. */
final class CutMemory {
  private final DaxDevice device;
  private final PowerFailures.Step check;
  private final CheckLimit limit;
  /** What is durable. */
  private MemorySegment durable;
  private DaxMapping left;

  CutMemory(DaxDevice device, PowerFailures.Step check, CheckLimit limit) {
    this.device = device;
    this.check = check;
    this.limit = limit;
  }

  void begin(MemorySegment live, Arena arena) throws DaxException {
    durable = arena.allocate(live.byteSize(), PowerFailures.LINE).copyFrom(live);
    left = device.map(Access.READ_WRITE);
  }

  void makeDurable(Line line) {
    Line.write(durable, line.offset(), line.durable());
  }

  /** {@return what the check said of a cut; null if it passed} */
  Throwable tried(List<Line> lines, int[] states) {
    try {
      if (!left.isOpen()) {
        left = device.map(Access.READ_WRITE); // the check has closed it with what it made of it
      }
      MemorySegment memory = left.segment();
      Differences.each(memory, durable, PowerFailures.LINE,
          at -> MemorySegment.copy(durable, at, memory, at, PowerFailures.LINE));
      for (int i = 0; i < states.length; i++) {
        if (states[i] != 0) {
          Line.write(memory, lines.get(i).offset(), lines.get(i).words(states[i]));
        }
      }
    } catch (DaxException e) {
      throw new IllegalStateException("what a power failure has left cannot be mapped", e);
    }
    try {
      limit.run(check, left);
      return null;
    } catch (OutOfMemoryError | InternalError e) {
      throw e; // not the check's
    } catch (Throwable said) {
      return said;
    }
  }
}
