// SPDX-License-Identifier: Apache-2.0
package dev.jdax.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;
import dev.jdax.hmem.HmemDriver;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.spi.Backing;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionOps;

/**
 * A driver of this machine's memory whose persistence domain is said to be the memory controller: so that lines of the
 * cache are written back, as they are on a device that keeps them. It survives nothing.
 */
final class FlushedMemory implements DaxDriver {
  /**
   * Memory of this machine.
   *
   * @param size how much, in bytes
   * @param pageSize in which pages
   */
  record Source(long size, PageSize pageSize) implements MemorySource {
  }

  private final HmemDriver hmem = new HmemDriver();

  @Override
  public String name() {
    return "flushed";
  }

  @Override
  public Match matches(MemorySource source) {
    return source instanceof Source ? Match.EXACT : Match.NONE;
  }

  @Override
  public RegionOps probe(MemorySource source) throws DaxException {
    Source wanted = (Source) source;
    RegionOps ops = hmem.probe(HmemRegion.of(wanted.size, wanted.pageSize));
    return inFrontOf(RegionOps.class, ops, "backing", backing -> inFrontOf(Backing.class, (Backing) backing,
        "persistenceDomain", _ -> PersistenceDomain.MEMORY_CONTROLLER));
  }

  private interface Change {
    Object of(Object answer);
  }

  /** {@return what answers as the other does, but for one method} */
  private static <T> T inFrontOf(Class<T> type, T other, String name, Change change) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, (_, method, arguments) -> {
      try {
        Object answer = method.invoke(other, arguments);
        return method.getName().equals(name) ? change.of(answer) : answer;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }));
  }
}
