// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * A program in which HotSpot throws the InternalError of a page that is gone while the thread is in jdax: it stores to
 * the dead part through the segment, and fills the live part, by turns, and closes the mapping then.
 */
public final class ErrorsOfDeadPages {
  private static final int TURNS = 50;
  private static final int WARM = 2000;
  private static final int MAPPINGS = 200;

  private ErrorsOfDeadPages() {
  }

  public static void main(String[] args) throws Exception {
    int mappings = Trial.runs(MAPPINGS);
    try (Trial trial = new Trial()) {
      for (int i = 0; i < WARM; i++) { // so that the JIT compiler has made one piece of it
        try (DaxMapping mapping = trial.map()) {
          storeAndFill(mapping, mapping.segment(), 0, TURNS);
        }
      }
      for (int i = 0; i < mappings; i++) {
        trial.memory.truncate(2L * Trial.PAGE);
        DaxMapping mapping = trial.map();
        trial.memory.truncate(Trial.PAGE);
        try {
          storeAndFill(mapping, mapping.segment(), Trial.PAGE, TURNS);
        } catch (InternalError e) {
          // that of the last store
        }
        trial.closeAtLast(mapping);
      }
      trial.memory.truncate(2L * Trial.PAGE);
      trial.useInAnotherThread();
      System.out.println(trial.result());
    }
  }

  private static void storeAndFill(DaxMapping mapping, MemorySegment segment, long at, int turns) throws DaxException {
    for (int turn = 0; turn < turns; turn++) {
      try {
        segment.set(JAVA_BYTE, at, (byte) turn);
        mapping.fill(0, 64, (byte) turn);
      } catch (InternalError e) {
        // The error of the store, which comes in the store, in jdax, or here.
      }
    }
  }
}
