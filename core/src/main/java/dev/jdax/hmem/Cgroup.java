// SPDX-License-Identifier: Apache-2.0
package dev.jdax.hmem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.jdax.platform.Mount;

/**
 * A cgroup that this process is in, or one above it (cgroups(7)).
 *
 * @param folder where its files are, with a slash at the end, relative to the machine's root
 * @param unified whether it is of version 2
 */
record Cgroup(String folder, boolean unified) {
  /**
   * {@return the cgroups whose limits hold for this process: from its own up to the root, as far as the mounts show
   * them}
   *
   * @param controller the controller in question, such as {@code memory}; in version 2 a cgroup without it lacks its
   *     files
   */
  static List<Cgroup> of(Machine machine, String controller) {
    List<Cgroup> found = new ArrayList<>();
    for (String line : machine.lines("proc/self/cgroup")) {
      String[] fields = line.split(":", 3); // hierarchy:controllers:path
      boolean unified = fields[1].isEmpty();
      if (unified || List.of(fields[1].split(",")).contains(controller)) {
        for (Mount mount : machine.mounts()) {
          if (unified
              ? mount.type().equals("cgroup2")
              : mount.type().equals("cgroup") && mount.options().contains(controller)) {
            addUpwards(found, mount, fields[2], unified);
          }
        }
      }
    }
    return found;
  }

  private static void addUpwards(List<Cgroup> found, Mount mount, String path, boolean unified) {
    Path top = Path.of(mount.point());
    // In a container the mount shows only a part of the hierarchy; a path outside of it begins with /.., or elsewhere.
    boolean shown = !path.startsWith("/..") && Path.of(path).startsWith(mount.root());
    Path folder = shown ? top.resolve(Path.of(mount.root()).relativize(Path.of(path))) : top;
    while (folder != null && folder.startsWith(top)) {
      found.add(new Cgroup(folder.toString().substring(1) + "/", unified));
      folder = folder.getParent();
    }
  }
}
