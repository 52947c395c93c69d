// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;

/** The mistake of docs/crash-consistency.md, whose code it is. */
class ALogThatSavesADrain {
  static void append(DaxMapping memory, byte[] record) throws DaxException {
    MemorySegment bytes = memory.segment();
    long at = bytes.get(ValueLayout.JAVA_LONG, 0);
    long end = at + Integer.BYTES + record.length;
    bytes.set(ValueLayout.JAVA_INT_UNALIGNED, at, record.length);
    MemorySegment.copy(record, 0, bytes, ValueLayout.JAVA_BYTE, at + Integer.BYTES, record.length);
    memory.flush(at, end - at); // one drain for both is faster ...
    bytes.set(ValueLayout.JAVA_LONG, 0, end);
    memory.flush(0, Long.BYTES);
    memory.drain(); // ... and lets the end reach the media before the record
  }
}
