// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A kernel that guests boot. The file guest/kernels says which package each is, guest/prepare puts it in the cache. */
public enum Kernel {
  /** The kernel of Debian 12. */
  LINUX_6_1("6.1"),
  /** The kernel of Debian 13, as Debian 12's backports have it. */
  LINUX_6_12("6.12");

  private static final String DIGEST = digest();

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
    return folder().resolve("vmlinux");
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
    return made().resolve(series);
  }

  /** The folder that guest/prepare makes, as this checkout has it; its name is a digest of what makes it. */
  static Path made() {
    String home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
    String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path caches = cache.isEmpty() ? Path.of(home, ".cache") : Path.of(cache);
    return caches.resolve("jdax-guest").resolve(DIGEST);
  }

  private static String digest() {
    Path guest = Boot.repository().resolve("guest");
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : List.of("prepare", "init", "kernels")) {
        digest.update(Files.readAllBytes(guest.resolve(name)));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 6);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what guests are made by, in " + guest, e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each JDK has it", e);
    }
  }

  @Override
  public String toString() {
    return "Linux " + series;
  }
}
