// SPDX-License-Identifier: Apache-2.0
package dev.jdax.contract;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.MappingLease;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;
import dev.jdax.hmem.HmemRegion;
import dev.jdax.pmem.Attachment;
import dev.jdax.pmem.NvdimmImage;

/** What a {@link Victim} goes through. */
enum Ordeal {
  /** Makes a device of a region that several threads use, fills it, and reads what is its own. */
  FILL {
    @Override
    void of(Victim victim) throws Exception {
      fillOne(victim);
    }
  },
  /** As {@link #FILL}, so that most of the time memory is used. */
  FILL_MORE {
    @Override
    void of(Victim victim) throws Exception {
      for (int i = 0; i < 4; i++) {
        fillOne(victim);
      }
    }
  },
  /** Destroys a device that another thread may be filling. */
  DESTROY {
    @Override
    void of(Victim victim) throws Exception {
      DaxRegion region = victim.torture.regions.get(victim.random.nextInt(Torture.REGIONS));
      List<DaxDevice> devices = region.devices();
      if (devices.size() > 1) { // the first one, device 0, is never destroyed
        destroy(devices.get(victim.random.nextInt(1, devices.size())));
      }
    }
  },
  /** Claims an image, whose claim nobody else has, and uses it. */
  CLAIM {
    @Override
    void of(Victim victim) throws Exception {
      DaxBus bus = DaxBus.create();
      try (NvdimmImage image = NvdimmImage.open(victim.image, Attachment.DEFAULT.withRegion(3).withLabelSize(0))) {
        DaxMapping mapping = bus.add(image.namespace("namespace3.0")).devices().getFirst().map(Access.READ_WRITE);
        fillAndRead(mapping, victim.tag);
      } catch (DaxException e) {
        if (e.errno() == Errno.EBUSY) {
          throw new AssertionError("nobody else uses " + victim.image, e);
        }
        throw e;
      } finally {
        Victim.untilItIsDone(bus::close);
      }
    }
  },
  /** Has memory taken away under a mapping. */
  TRUNCATE {
    @Override
    void of(Victim victim) throws Exception {
      Path file = victim.folder.resolve("memory");
      DaxBus bus = DaxBus.create();
      try {
        Files.deleteIfExists(file);
        DaxMapping mapping = bus.add(HmemRegion.of(Torture.DEVICE_SIZE, PageSize.SIZE_4K).inFile(file))
            .create(Torture.DEVICE_SIZE).map(Access.READ_WRITE);
        try (RandomAccessFile channel = new RandomAccessFile(file.toFile(), "rw")) { // no interrupt closes it
          channel.setLength(Torture.DEVICE_SIZE / 2);
        }
        for (int i = 0; i < 20; i++) {
          try {
            mapping.segment().set(ValueLayout.JAVA_LONG, Torture.DEVICE_SIZE - 8, i);
            mapping.fill(0, Torture.DEVICE_SIZE / 2, (byte) i);
          } catch (InternalError e) {
            // That is what the JVM says, now or some steps later.
          }
        }
      } finally {
        Victim.untilItIsDone(bus::close);
      }
    }

    @Override
    boolean expects(Throwable e) {
      return e instanceof InternalError || e instanceof DaxException of && of.errno() == Errno.EFAULT;
    }
  },
  /** Fills a device where the stack ends. */
  DEEP {
    @Override
    void of(Victim victim) throws Exception {
      deeper(victim);
    }
  },
  /** Fills the heap, and lets go of it. */
  HEAP {
    @Override
    void of(Victim victim) throws Exception {
      List<byte[]> all = new ArrayList<>();
      victim.torture.apart(1, () -> {
        while (!victim.torture.over) {
          all.add(new byte[1 << victim.random.nextInt(8, 20)]);
        }
        return null;
      });
    }
  },
  /** Interrupts another thread. */
  INTERRUPT {
    @Override
    void of(Victim victim) {
      victim.torture.victims.get(victim.random.nextInt(Torture.THREADS)).interrupt();
    }
  },
  /** Starts a process, which has all descriptors of this one between fork and exec. */
  FORK {
    @Override
    void of(Victim victim) throws Exception {
      Process process = new ProcessBuilder("true").start();
      try {
        process.waitFor();
      } finally {
        process.destroy();
      }
    }

    @Override
    boolean expects(Throwable e) {
      return e instanceof InterruptedException || e instanceof IOException;
    }
  },
  /** Has jdax in another class loader. */
  LOADER {
    @Override
    void of(Victim victim) throws Exception {
      victim.torture.apart(-1, () -> {
        try (URLClassLoader loader = new URLClassLoader(new URL[]{placeOf(DaxBus.class), placeOf(Torture.class)},
            ClassLoader.getPlatformClassLoader())) {
          ((Runnable) loader.loadClass(Torture.Application.class.getName()).getConstructor().newInstance()).run();
        }
        return null;
      });
    }

    private static URL placeOf(Class<?> of) {
      return of.getProtectionDomain().getCodeSource().getLocation();
    }
  };

  abstract void of(Victim victim) throws Exception;

  /** {@return whether an error is what comes of it} */
  boolean expects(Throwable e) {
    return false;
  }

  private static void fillOne(Victim victim) throws Exception {
    DaxDevice device = victim.torture.regions.get(victim.random.nextInt(Torture.REGIONS)).create(Torture.DEVICE_SIZE);
    try (DaxMapping mapping = device.map(Access.READ_WRITE)) {
      fillAndRead(mapping, victim.tag);
    } finally {
      destroy(device);
    }
  }

  private static void fillAndRead(DaxMapping mapping, byte tag) throws DaxException {
    mapping.fill(0, mapping.length(), tag);
    mapping.copyFrom(4095, MemorySegment.ofArray(new byte[]{tag, tag, tag}));
    mapping.persist(0, 8192);
    try (MappingLease _ = mapping.retain()) {
      MemorySegment memory = mapping.segment();
      for (long at = 0; at < memory.byteSize(); at += 509) {
        if (memory.get(ValueLayout.JAVA_BYTE, at) != tag) {
          throw new AssertionError(mapping + " has at " + at + " what another thread has written");
        }
      }
    }
  }

  private static void destroy(DaxDevice device) throws Exception {
    Victim.untilItIsDone(() -> {
      try {
        device.destroy(OnMapped.REVOKE);
      } catch (DaxException e) {
        if (e.errno() != Errno.ENXIO) { // another thread was faster
          throw e;
        }
      }
      return null;
    });
  }

  private static void deeper(Victim victim) throws Exception {
    try {
      deeper(victim);
    } catch (StackOverflowError e) {
      // Each frame on the way back tries it with a little more of the stack.
      fillOne(victim);
    }
  }
}
