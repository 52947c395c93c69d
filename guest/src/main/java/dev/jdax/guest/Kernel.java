// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A kernel that guests boot. The file guest/kernels says which package each is, guest/prepare puts it in the cache. */
public enum Kernel {
  /** The kernel of Debian 12. */
  LINUX_6_1("6.1"),
  /** The kernel of Debian 13, as Debian 12's backports have it. */
  LINUX_6_12("6.12");

  private final String series;

  Kernel(String series) {
    this.series = series;
  }

  /**
   * The kernel of a series.
   *
   * @param series its first two numbers
   * @return the kernel
   */
  public static Kernel of(String series) {
    for (Kernel kernel : values()) {
      if (kernel.series.equals(series)) {
        return kernel;
      }
    }
    throw new IllegalArgumentException("there is no kernel " + series + " to boot; guest/kernels has those that are");
  }

  /** Its first two numbers, as {@code uname -r} begins. */
  public String series() {
    return series;
  }

  Path image() {
    return folder().resolve("vmlinuz");
  }

  Path initramfs() {
    return folder().resolve("initramfs");
  }

  /** Why this kernel cannot be booted here, if so. */
  Optional<String> missing() {
    return Files.isReadable(initramfs())
        ? Optional.empty()
        : Optional.of(this + " cannot be booted: there is no " + initramfs() + "; run guest/prepare, which makes it");
  }

  private Path folder() {
    return cache().resolve(series);
  }

  /** The folder in which guest/prepare leaves what guests are made of. */
  static Path cache() {
    String home = System.getenv("HOME");
    String cache = System.getenv("XDG_CACHE_HOME");
    Path caches = cache != null && !cache.isEmpty()
        ? Path.of(cache)
        : Path.of(home != null ? home : System.getProperty("user.home"), ".cache");
    return caches.resolve("jdax-guest");
  }

  @Override
  public String toString() {
    return "Linux " + series;
  }
}
