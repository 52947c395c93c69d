// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.guest.differential.Comparison.Pair;
import dev.jdax.guest.differential.Step.Verb;
import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.DeviceKey;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;
import dev.jdax.spi.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison, of regions that are all of this process. */
class ADifferenceIsFoundAndShrunk {
  private static final long GIB = PageSize.SIZE_1G.bytes();

  private static final int SEQUENCES = 10;

  @TempDir
  Path folder;

  @Test
  void butNotBetweenRegionsThatAreTheSame() throws Exception {
    try (Comparison comparison = comparison(new AddressesOnly())) {
      for (Script script : Script.regressions()) {
        comparison.replay(script);
      }
      Seeds.each(20, random -> comparison.random(random, 125));
      assertThat(comparison.steps()).isGreaterThanOrEqualTo(125);
      assertThat(Files.readString(folder.resolve("log"))).contains("<3>calls region 1\n<3>");
    }
  }

  @Test
  void withTheStepsThatLeadThere() {
    Seeds.each(5, random -> {
      try (Comparison comparison = comparison(new RefusesTheThirdDevice())) {
        Throwable difference = null;
        for (int i = 0; i < SEQUENCES && difference == null; i++) { // one in hundreds has no size for a third device
          difference = catchThrowable(() -> comparison.random(random, 1000));
        }
        assertThat(difference).isInstanceOf(AssertionError.class)
            .hasMessageContainingAll("they differ after step ", "ours:   OK\n    align 2097152\n",
                "\n  * available_size ", "others: ENOMEM\n");
        String text = difference.getMessage();
        String start = "in regressions.txt:\n\n";
        List<Script> shrunk = Script.parse(text.substring(text.indexOf(start) + start.length(),
            text.indexOf("\n\nwhere they differ after step ", text.indexOf(start))));
        assertThat(shrunk).hasSize(1);
        assertThat(shrunk.getFirst().steps()).hasSizeBetween(2, 6);
        assertThatThrownBy(() -> comparison.replay(shrunk.getFirst())).isInstanceOf(AssertionError.class)
            .hasMessageContaining("ENOMEM");
      }
    });
  }

  @Test
  void asFarAsStepsCanBeLeftOut() throws IOException {
    List<Step> steps = IntStream.range(0, 100).mapToObj(i -> Step.of(Verb.UNMAP, i)).toList();
    List<Step> needed = List.of(steps.get(3), steps.get(50), steps.get(99));
    assertThat(Shrinking.shrink(steps, Duration.ofMinutes(1), fewer -> fewer.containsAll(needed))).isEqualTo(needed);
    assertThat(Shrinking.shrink(steps, Duration.ZERO, _ -> true)).isEqualTo(steps);
  }

  /** A comparison of regions like those of the guest, with others of this driver. */
  private Comparison comparison(DaxDriver driver) throws IOException {
    DaxBus ours = DaxBus.withDrivers(new AddressesOnly());
    DaxBus others = DaxBus.withDrivers(driver);
    MemorySource small = AddressesOnly.dynamic(GIB / 2, PageSize.SIZE_2M).at(GIB);
    MemorySource large = AddressesOnly.dynamic(3 * GIB, PageSize.SIZE_2M).at(4 * GIB);
    return new Comparison(ours, List.of(new Pair(ours.add(small), others.add(small), null),
        new Pair(ours.add(large), others.add(large), null)), new Journal(folder.resolve("log")));
  }

  /** A driver whose regions never give a size to device 2. */
  private static final class RefusesTheThirdDevice implements DaxDriver {
    private final AddressesOnly driver = new AddressesOnly();

    @Override
    public String name() {
      return "refuses";
    }

    @Override
    public Match matches(MemorySource source) {
      return driver.matches(source);
    }

    @Override
    public RegionOps probe(MemorySource source) throws DaxException {
      RegionOps region = driver.probe(source);
      return (RegionOps) Proxy.newProxyInstance(RegionOps.class.getClassLoader(), new Class<?>[]{RegionOps.class},
          (proxy, method, arguments) -> {
            if (method.getName().equals("growth")) {
              return InvocationHandler.invokeDefault(proxy, method, arguments); // a resize in one step, as Linux has it
            }
            if (method.getName().equals("resize") && ((DeviceKey) arguments[0]).id() == 2 && !arguments[1].equals(0L)) {
              throw DaxException.of(Errno.ENOMEM, "resize", "a test says so", "do not");
            }
            try {
              return method.invoke(region, arguments);
            } catch (InvocationTargetException e) {
              throw e.getCause();
            }
          });
    }
  }
}
