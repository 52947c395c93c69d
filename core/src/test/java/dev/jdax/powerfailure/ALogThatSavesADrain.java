// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;

/** The broken log of docs/crash-consistency.md. */
class ALogThatSavesADrain extends AppendOnlyLog {
  private static final long END = 0;

  private final DaxMapping memory;
  private final MemorySegment bytes;

  ALogThatSavesADrain(DaxMapping memory) {
    super(memory);
    this.memory = memory;
    this.bytes = memory.segment();
  }

  @Override
  void append(String text) throws DaxException {
    byte[] record = text.getBytes(StandardCharsets.UTF_8);
    long at = bytes.get(ValueLayout.JAVA_LONG, END);
    long end = at + Integer.BYTES + record.length;
    bytes.set(ValueLayout.JAVA_INT_UNALIGNED, at, record.length);
    MemorySegment.copy(record, 0, bytes, ValueLayout.JAVA_BYTE, at + Integer.BYTES, record.length);
    memory.flush(at, end - at); // one drain for both is faster ...
    bytes.set(ValueLayout.JAVA_LONG, END, end);
    memory.flush(END, Long.BYTES);
    memory.drain(); // ... and lets the end reach the media before the record
  }
}
