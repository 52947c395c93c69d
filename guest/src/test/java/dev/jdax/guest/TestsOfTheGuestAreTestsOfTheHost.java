// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.jdax.guest.inside.EndsInEveryWay;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

@BootsAGuest
class TestsOfTheGuestAreTestsOfTheHost {
  @Test
  void eachEndsAsItEndedThereAlsoIfTheGuestEndedBeforeIt() throws Exception {
    // -Xshare:on, so that the JVM ends if it cannot use the archive of classes, instead of being slow.
    List<DynamicNode> nodes = Jvm.in(Guest.of(Kernel.LINUX_6_1)).property("a.property", "given").option("-Xshare:on")
        .before("echo here >before").tests("every-way", EndsInEveryWay.class);
    assertThat(nodes).extracting(DynamicNode::getDisplayName).containsExactly("EndsInEveryWay",
        "the guest runs its tests");
    Map<String, Throwable> ends = new LinkedHashMap<>();
    ((DynamicContainer) nodes.getFirst()).getChildren()
        .forEach(test -> ends.put(test.getDisplayName(), catchThrowable(() -> run(test))));
    assertThat(ends).containsOnlyKeys("passes", "passesTwice [1] 1", "passesTwice [2] 2", "fails",
        "isDisabled", "isSkipped", "endsTheGuest");
    assertThat(ends.get("passes")).isNull();
    assertThat(ends.get("passesTwice [2] 2")).isNull();
    assertThat(ends.get("fails")).isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("one is not two", "at dev.jdax.guest.inside.EndsInEveryWay.fails");
    assertThat(ends.get("isDisabled")).isInstanceOf(TestAbortedException.class).hasMessageContaining("not today");
    assertThat(ends.get("isSkipped")).isInstanceOf(TestAbortedException.class).hasMessageContaining("not here");
    assertThat(ends.get("endsTheGuest")).isInstanceOf(AssertionError.class)
        .hasMessage("EndsInEveryWay.endsTheGuest did not end: the guest or its JVM did");
    assertThat(catchThrowable(() -> run(nodes.getLast()))).isInstanceOf(GuestFailure.class)
        .hasMessageContaining("crashed: it ended before its script did");
  }

  private static void run(DynamicNode node) throws Throwable {
    ((DynamicTest) node).getExecutable().execute();
  }
}
