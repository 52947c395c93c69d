// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * A program with little heap, {@code -Xmx24m}, which it fills but for some bytes before it maps, fills and closes. What
 * could not be closed is closed when there is memory again.
 */
public final class ErrorsOfLittleHeap {
  private static final int MAPPINGS = 60;
  /** A mapping needs less memory than that many small arrays take. */
  private static final int PIECES = 600;
  private static final int PIECE = 16;
  private static final int LARGE = 1000;

  private static Object[] filling;

  private ErrorsOfLittleHeap() {
  }

  public static void main(String[] args) throws Exception {
    int mappings = Trial.runs(MAPPINGS);
    try (Trial trial = new Trial()) {
      trial.closeAtLast(trial.map()); // the classes are there, which an error would spoil for ever
      trial.useInAnotherThread();
      for (int i = 0; i < mappings; i++) {
        fillTheHeapBut(i * 10 % PIECES);
        DaxMapping left = tryOut(trial);
        filling = null;
        if (left != null) {
          trial.closeAtLast(left);
        }
      }
      trial.useInAnotherThread();
      System.out.println(trial.result());
    }
  }

  private static DaxMapping tryOut(Trial trial) {
    DaxMapping mapping = null;
    try {
      mapping = trial.map();
      mapping.fill(0, 64, (byte) 1);
      mapping.close();
    } catch (OutOfMemoryError | IllegalStateException | DaxException e) {
      // what was mapped is closed later
    }
    return mapping;
  }

  private static void fillTheHeapBut(int pieces) {
    Object[] spare = chain(null, PIECES, PIECE);
    filling = chain(chain(null, Integer.MAX_VALUE, LARGE), Integer.MAX_VALUE, PIECE);
    for (int i = 0; i < pieces; i++) {
      spare = (Object[]) spare[0];
    }
    filling[1] = spare;
  }

  /** {@return arrays of which each has the one before it, as many as there is memory for, or as are wanted} */
  private static Object[] chain(Object[] first, int most, int length) {
    Object[] last = first;
    try {
      for (int i = 0; i < most; i++) {
        Object[] next = new Object[length];
        next[0] = last;
        last = next;
      }
    } catch (OutOfMemoryError e) {
      // so many there are
    }
    return last;
  }
}
