// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mounted file system, a line of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param device major and minor number of the device that it is on, such as {@code 0:25}
 * @param root which folder of the file system is mounted
 * @param point where it is mounted
 * @param type the kind of file system
 * @param source what was mounted, such as {@code /dev/vda}; a word without a meaning where there is no device
 * @param options the options of the file system
 */
public record Mount(String device, ProcPath root, ProcPath point, String type, ProcPath source, List<String> options) {
  /**
   * {@return the mounts that the lines tell of, in their order; a line of another form is passed over}
   *
   * @param lines the lines of a mountinfo, read in ISO 8859-1
   */
  public static List<Mount> of(List<String> lines) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines) {
      // number parent major:minor root point options [tags] - type source options
      String[] halves = line.split(" - ", 2);
      String[] where = halves[0].split(" ");
      String[] what = halves.length < 2 ? new String[0] : halves[1].split(" ");
      if (where.length > 4 && what.length > 2) {
        mounts.add(new Mount(where[2], ProcPath.plain(where[3]), ProcPath.plain(where[4]), what[0],
            ProcPath.plain(what[1]), List.of(what[2].split(","))));
      }
    }
    return mounts;
  }

  /**
   * {@return whether it is a mount of the file system that a file is on}
   *
   * @param file the file
   */
  public boolean has(FileId file) {
    return device.equals(new DeviceNumber(file.device()).toString());
  }

  /**
   * {@return what one of its options says, or empty if it has no such option}
   *
   * @param name the name of the option, such as {@code size}
   */
  public Optional<String> option(String name) {
    return options.stream().filter(option -> option.startsWith(name + "="))
        .map(option -> option.substring(name.length() + 1)).findFirst();
  }
}
