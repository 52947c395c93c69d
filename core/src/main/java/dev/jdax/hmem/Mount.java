// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.jdax.platform.FileId;

/**
 * A mounted file system, a line of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param device major and minor number, such as {@code 0:25}
 * @param root which folder of the file system is mounted
 * @param point where it is mounted
 * @param type the kind of file system
 * @param options the options of the file system
 */
record Mount(String device, String root, String point, String type, List<String> options) {
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");

  static List<Mount> of(Machine machine) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : machine.lines("proc/self/mountinfo")) {
      // The fields before the dash vary in number, those behind it do not.
      String[] halves = line.split(" - ", 2);
      String[] where = halves[0].split(" ");
      String[] what = halves[1].split(" ");
      mounts.add(new Mount(where[2], plain(where[3]), plain(where[4]), what[0], List.of(what[2].split(","))));
    }
    return mounts;
  }

  /** {@return a mount of the file system that a file is on, or empty if none is shown} */
  static Optional<Mount> of(Machine machine, FileId file) {
    String device = majorMinor(file.device());
    return of(machine).stream().filter(mount -> mount.device().equals(device)).findFirst();
  }

  /** As makedev(3) has it. */
  private static String majorMinor(long device) {
    long major = device >>> 8 & 0xfff | device >>> 32 & ~0xfffL;
    long minor = device & 0xff | device >>> 12 & ~0xffL & 0xffffffffL;
    return major + ":" + minor;
  }

  /** {@return what one of its options says, such as that of {@code size}, or empty if it has no such option} */
  Optional<String> option(String name) {
    return options.stream().filter(option -> option.startsWith(name + "="))
        .map(option -> option.substring(name.length() + 1)).findFirst();
  }

  /** Undoes the escapes of white space and backslash, which are a backslash and three octal digits. */
  private static String plain(String escaped) {
    return ESCAPE.matcher(escaped)
        .replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
  }
}
