// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.Growth;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;

/** A driver whose regions note the operations on them, fail one of them, once, or let somebody else come between. */
final class OpsThatFail implements DaxDriver {
  private final AddressesOnly driver;
  private final List<String> calls = new ArrayList<>();
  private int failing;
  private String call = "";
  private Step step;

  /** What somebody else does to a region. */
  @FunctionalInterface
  interface Step {
    void to(RegionOps ops) throws DaxException;
  }

  OpsThatFail(AddressesOnly driver) {
    this.driver = driver;
  }

  /** From now on: counts the operations anew, and fails number {@code k}; none if that is 0. */
  void failNumber(int k) {
    calls.clear();
    failing = k;
  }

  /** Has somebody else come between: right before the next call of that name. */
  void before(String name, Step done) {
    call = name;
    step = done;
  }

  List<String> calls() {
    return List.copyOf(calls);
  }

  boolean hasFailed() {
    return failing > 0 && calls.size() >= failing;
  }

  @Override
  public String name() {
    return driver.name();
  }

  @Override
  public Match matches(MemorySource source) {
    return driver.matches(source);
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    RegionOps ops = driver.probe(source);
    return watched(RegionOps.class, ops, ops);
  }

  /** {@return what does as {@code target} does, except that its calls, and those of a growth that it returns, are noted} */
  private <T> T watched(Class<T> type, T target, RegionOps ops) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
        (proxy, method, arguments) -> {
          if (List.of(method.getExceptionTypes()).contains(DaxException.class)) {
            calls.add(method.getName());
            if (calls.size() == failing) {
              throw DaxException.of(Errno.EIO, method.getName(), "a test says so", "do not");
            }
          }
          if (method.getName().equals(call)) {
            call = "";
            step.to(ops);
          }
          try {
            Object made = method.invoke(target, arguments);
            return made instanceof Growth growth ? watched(Growth.class, growth, ops) : made;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        }));
  }
}
