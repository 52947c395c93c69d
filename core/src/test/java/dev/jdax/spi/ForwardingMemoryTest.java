// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.jdax.Access;
import dev.jdax.DaxException;
import dev.jdax.Errno;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A {@link ForwardingMemory} that overrides nothing forwards each method of {@link Memory}, also one that is new. */
class ForwardingMemoryTest {
  /** Two values for each type that a method takes or returns; a new type needs two of its own. */
  private static final Map<Class<?>, List<?>> VALUES = Map.ofEntries(
      Map.entry(boolean.class, List.of(true, false)),
      Map.entry(int.class, List.of(3, 4)),
      Map.entry(long.class, List.of(5L, 6L)),
      Map.entry(Object.class, List.of(new Object(), new Object())),
      Map.entry(String.class, List.of("one", "other")),
      Map.entry(List.class, List.of(new ArrayList<>(), new ArrayList<>())),
      Map.entry(Map.class, List.of(new HashMap<>(), new HashMap<>())),
      Map.entry(Optional.class, List.of(Optional.of(7), Optional.of(8))),
      Map.entry(Access.class, List.of(Access.READ_ONLY, Access.READ_WRITE)),
      Map.entry(PageSize.class, List.of(PageSize.SIZE_2M, PageSize.SIZE_1G)),
      Map.entry(PersistenceDomain.class, List.of(PersistenceDomain.NONE, PersistenceDomain.PAGE)),
      Map.entry(Extent.class, List.of(new Extent(1, 2), new Extent(3, 4))),
      Map.entry(Descriptor.class, List.of(new Descriptor(1, () -> {
      }), new Descriptor(2, () -> {
      }))),
      Map.entry(DaxException.class, List.of(refusal(), refusal())));

  /** A call that has reached the other memory. */
  private record Call(Method method, List<?> arguments) {
  }

  private final List<Call> calls = new ArrayList<>();
  private Object answer;
  private Throwable thrown;

  private final ForwardingMemory forwarding = new ForwardingMemory((Memory) Proxy.newProxyInstance(
      Memory.class.getClassLoader(), new Class<?>[]{Memory.class}, (_, method, arguments) -> {
        calls.add(new Call(method, arguments == null ? List.of() : List.of(arguments)));
        if (thrown != null) {
          throw thrown;
        }
        return answer;
      })) {
  };

  private static DaxException refusal() {
    return DaxException.of(Errno.EIO, "do it", "a test says so", "do not");
  }

  private static Object value(Class<?> type, int which) {
    assertThat(VALUES).as("values for the types of the methods").containsKey(type);
    return VALUES.get(type).get(which);
  }

  static Stream<Method> methods() {
    return Arrays.stream(Memory.class.getMethods()).filter(method -> !Modifier.isStatic(method.getModifiers()));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aCallIsForwardedWithItsArgumentsAndItsAnswer(Method method) throws Exception {
    for (int which : new int[]{0, 1}) {
      int chosen = which;
      Object[] arguments = Arrays.stream(method.getParameterTypes()).map(type -> value(type, chosen)).toArray();
      answer = method.getReturnType() == void.class ? null : value(method.getReturnType(), which);
      assertThat(method.invoke(forwarding, arguments)).isSameAs(answer);
      assertThat(calls).containsExactly(new Call(method, List.of(arguments)));
      calls.clear();
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void whatTheOtherThrowsIsThrown(Method method) {
    boolean checked = List.of(method.getExceptionTypes()).contains(DaxException.class);
    thrown = checked ? refusal() : new IllegalStateException("a test says so");
    Object[] arguments = Arrays.stream(method.getParameterTypes()).map(type -> value(type, 0)).toArray();
    assertThat(catchThrowable(() -> method.invoke(forwarding, arguments)))
        .isInstanceOf(InvocationTargetException.class)
        .extracting(Throwable::getCause)
        .isSameAs(thrown);
  }
}
