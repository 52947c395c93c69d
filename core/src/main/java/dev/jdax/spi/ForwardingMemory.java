// SPDX-License-Identifier: Apache-2.0
package dev.jdax.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.jdax.Access;
import dev.jdax.DaxException;
import dev.jdax.PageSize;
import dev.jdax.PersistenceDomain;

/**
 * A memory whose answers are those of another one, except for the methods that a subclass overrides. In them,
 * {@code super} is the other memory.
 *
 * {@snippet :
 * final class Flushed extends ForwardingMemory {
 *   Flushed(Memory memory) {
 *     super(memory);
 *   }
 *
 *   @Override
 *   public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
 *     return PersistenceDomain.MEMORY_CONTROLLER;
 *   }
 * }
 * }
 */
public abstract class ForwardingMemory implements Memory {
  private final Memory memory;

  /**
   * Makes one.
   *
   * @param memory the memory whose answers it has; closed with this one
   */
  protected ForwardingMemory(Memory memory) {
    this.memory = memory;
  }

  @Override
  public Descriptor open(Access access) throws DaxException {
    return memory.open(access);
  }

  @Override
  public List<Extent> extents() {
    return memory.extents();
  }

  @Override
  public Object identity() {
    return memory.identity();
  }

  @Override
  public PageSize granularity() {
    return memory.granularity();
  }

  @Override
  public boolean granularityWaived() {
    return memory.granularityWaived();
  }

  @Override
  public boolean mayVanish() {
    return memory.mayVanish();
  }

  @Override
  public boolean pinned() {
    return memory.pinned();
  }

  @Override
  public boolean synchronous() {
    return memory.synchronous();
  }

  @Override
  public void requireSame(String attempt) throws DaxException {
    memory.requireSame(attempt);
  }

  @Override
  public PersistenceDomain persistenceDomain(boolean synchronousMapping) {
    return memory.persistenceDomain(synchronousMapping);
  }

  @Override
  public Optional<StoreObserver> observer() {
    return memory.observer();
  }

  @Override
  public boolean deepFlush(String attempt) throws DaxException {
    return memory.deepFlush(attempt);
  }

  @Override
  public DaxException unreachable(String attempt, long at) {
    return memory.unreachable(attempt, at);
  }

  @Override
  public int node() {
    return memory.node();
  }

  @Override
  public Map<String, String> properties() {
    return memory.properties();
  }

  @Override
  public void prepare(Extent part) throws DaxException {
    memory.prepare(part);
  }

  @Override
  public void close() {
    memory.close();
  }
}
