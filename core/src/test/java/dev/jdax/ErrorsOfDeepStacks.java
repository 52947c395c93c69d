// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * A program, to be interpreted ({@code -Xint}), that maps, fills and closes near the end of its stack, at one depth after
 * the other. What could not be closed there is closed where there is room.
 */
public final class ErrorsOfDeepStacks {
  private static final int DEPTHS = 300;
  private static final int STEP = 3;
  private static final long STACK = 400 << 10;

  private final Trial trial;
  private DaxMapping mapping;

  private ErrorsOfDeepStacks(Trial trial) {
    this.trial = trial;
  }

  private interface Operation {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    int depths = Trial.runs(DEPTHS);
    try (Trial trial = new Trial()) {
      trial.closeAtLast(trial.map()); // the classes are there, which an error would spoil for ever
      trial.useInAnotherThread();
      ErrorsOfDeepStacks program = new ErrorsOfDeepStacks(trial);
      Thread thread = new Thread(null, () -> program.goDown(depths), "deep", STACK);
      thread.start();
      thread.join();
      trial.useInAnotherThread();
      System.out.println(trial.result());
    }
  }

  private void goDown(int depths) {
    int deepest = deepest(0);
    for (int i = 0; i < depths; i++) {
      int depth = deepest - 1 - i % DEPTHS * STEP;
      try {
        mapping = trial.map();
        at(depth, () -> mapping.fill(0, 64, (byte) 1));
        at(depth, mapping::close);
        trial.closeAtLast(mapping);
        mapping = null;
        at(depth, () -> mapping = trial.map());
        if (mapping != null) {
          trial.closeAtLast(mapping);
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private static int deepest(int depth) {
    try {
      return deepest(depth + 1);
    } catch (StackOverflowError e) {
      return depth;
    }
  }

  private static void at(int depth, Operation operation) throws Exception {
    try {
      descend(depth, operation);
    } catch (StackOverflowError e) {
      // somewhere in it
    }
  }

  private static void descend(int depth, Operation operation) throws Exception {
    if (depth > 0) {
      descend(depth - 1, operation);
    } else {
      operation.run();
    }
  }
}
