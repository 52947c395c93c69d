// SPDX-License-Identifier: Apache-2.0
package dev.jdax.powerfailure;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.DaxException;
import dev.jdax.DaxMapping;

/** The worked example of docs/crash-consistency.md, whose code it is. */
class AppendOnlyLog {
  private static final long END = 0; // where the last record ends, in its own line of the cache
  private static final long FIRST = 64;

  private final DaxMapping memory;
  private final MemorySegment bytes;

  AppendOnlyLog(DaxMapping memory) {
    this.memory = memory;
    this.bytes = memory.segment();
  }

  static void format(DaxMapping memory) throws DaxException {
    memory.segment().set(ValueLayout.JAVA_LONG, END, FIRST);
    memory.persist(END, Long.BYTES);
  }

  void append(String text) throws DaxException {
    byte[] record = text.getBytes(StandardCharsets.UTF_8);
    long at = bytes.get(ValueLayout.JAVA_LONG, END);
    long end = at + Integer.BYTES + record.length;
    bytes.set(ValueLayout.JAVA_INT_UNALIGNED, at, record.length);
    MemorySegment.copy(record, 0, bytes, ValueLayout.JAVA_BYTE, at + Integer.BYTES, record.length);
    memory.persist(at, end - at); // the record is durable ...
    bytes.set(ValueLayout.JAVA_LONG, END, end);
    memory.persist(END, Long.BYTES); // ... before anything says that it is there
  }

  List<String> records() {
    List<String> records = new ArrayList<>();
    for (long at = FIRST; at < bytes.get(ValueLayout.JAVA_LONG, END);) {
      byte[] record = new byte[bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at)];
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at + Integer.BYTES, record, 0, record.length);
      records.add(new String(record, StandardCharsets.UTF_8));
      at += Integer.BYTES + record.length;
    }
    return records;
  }
}
