// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;

import dev.jdax.Access;
import dev.jdax.DaxBus;
import dev.jdax.DaxException;
import dev.jdax.DaxMapping;
import dev.jdax.PersistenceDomain;
import dev.jdax.spi.MemoryInADomain;

/**
 * A program with jdax in several class loaders, whose first flushes come at once: {@code LOADERS}. Each flushes memory
 * that is there, and memory that has vanished. Prints how many of them got an error for what had vanished, and how many
 * handlers are in front of the JVM's, and how many files there are for reserved addresses.
 */
public final class ManyLoaders {
  private static final int PAGE = 4096;

  private ManyLoaders() {
  }

  /** What each class loader has: {@code main} finds it by its name. */
  public static final class Application implements Runnable {
    private final CyclicBarrier together;

    /** @param together what lets all of them flush at once */
    public Application(CyclicBarrier together) {
      this.together = together;
    }

    @Override
    public void run() {
      MemoryInADomain memory = new MemoryInADomain(PersistenceDomain.UNKNOWN, true, 2 * PAGE);
      try (DaxBus bus = DaxBus.withDrivers(memory);
          DaxMapping mapping = bus.add(memory).devices().getFirst().map(Access.READ_WRITE)) {
        together.await();
        mapping.flush(0, 2 * PAGE);
        memory.truncate(PAGE);
        mapping.flush(PAGE, 1);
        throw new AssertionError("a flush of memory that is gone has succeeded");
      } catch (DaxException e) {
        if (CpuCache.route() != CacheRoute.GUARDED) {
          throw new AssertionError(CpuCache.route().toString(), e);
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    int loaders = Integer.parseInt(args[0]);
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    CyclicBarrier together = new CyclicBarrier(loaders);
    List<Throwable> failed = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<URLClassLoader> all = new ArrayList<>();
    for (int i = 0; i < loaders; i++) {
      URLClassLoader loader = new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
      all.add(loader);
      Runnable application = (Runnable) loader.loadClass(Application.class.getName())
          .getConstructor(CyclicBarrier.class).newInstance(together);
      Thread thread = new Thread(application);
      thread.setUncaughtExceptionHandler((_, e) -> {
        synchronized (failed) {
          failed.add(e);
        }
      });
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    for (Throwable e : failed) {
      e.printStackTrace(System.out);
    }
    System.out.println(loaders - failed.size() + " applications, " + handlers() + " handler, " + reservationFiles()
        + " file of reservations");
    for (URLClassLoader loader : all) {
      loader.close();
    }
  }

  /** {@return how many handlers of jdax's a signal passes on its way to the JVM's} */
  private static int handlers() {
    MachineCode code = MachineCode.of(FlushInstruction.ofThisCpu());
    long bus = KernelProbe.handlerOf(Abi.SIGBUS);
    long segv = KernelProbe.handlerOf(Abi.SIGSEGV);
    int count = 0;
    Optional<CodePage> page;
    while ((page = CodePage.withHandlers(code, bus, segv)).isPresent()) {
      count++;
      bus = next(page.get(), "nextOnBus");
      segv = next(page.get(), "nextOnSegv");
    }
    return count;
  }

  /** {@return how many descriptors there are for reserved addresses} */
  private static long reservationFiles() throws IOException {
    long files = 0;
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).toString().contains(ReservationFile.NAME)) {
          files++;
        }
      }
    }
    return files;
  }

  @SuppressWarnings("restricted")
  private static long next(CodePage page, String label) {
    return page.function(label).reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
  }
}
