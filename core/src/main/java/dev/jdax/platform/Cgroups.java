// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cgroups whose limits hold for this process, from its own up to the root, as far as they can be seen.
 *
 * <p>{@code /proc/self/cgroup} names the process's own; {@code /proc/self/mountinfo} says where its folder is. In a
 * container a mount shows a part of the hierarchy only, and in a cgroup namespace (cgroup_namespaces(7)) a mount from
 * outside of it has a root such as {@code /../..}: the folders between have no name here, and the one that lists this
 * process is looked for. Where no mount shows the cgroup, its file system is mounted without a place in the tree, which
 * root may do. What remains is {@link #unseen}.
 *
 * <p>The files can be read until it is closed.
 */
public final class Cgroups implements AutoCloseable {
  /** What /proc/self/ns/cgroup leads to outside of all containers: PROC_CGROUP_INIT_INO in include/linux/proc_ns.h. */
  private static final String OUTERMOST = "cgroup:[4026531835]";
  private static final String LIST_OF_PROCESSES = "cgroup.procs";

  private final Machine machine;
  private final List<Cgroup> all = new ArrayList<>();
  private final List<String> unseen = new ArrayList<>();
  private final List<Fd> mounted = new ArrayList<>();

  private Cgroups(Machine machine) {
    this.machine = machine;
  }

  /**
   * {@return the cgroups of this process}
   *
   * @param machine the machine
   * @param controller the controller in question, such as {@code memory}; in version 2 a cgroup without it lacks its
   *     files
   */
  public static Cgroups of(Machine machine, String controller) {
    Cgroups found = new Cgroups(machine);
    for (String line : machine.lines("proc/self/cgroup")) {
      String[] fields = line.split(":", 3); // hierarchy:controllers:path
      boolean unified = fields[1].isEmpty();
      List<String> controllers = List.of(fields[1].split(","));
      if (unified || controllers.contains(controller)) {
        List<Mount> mounts = machine.mounts().stream().filter(mount -> unified
            ? mount.type().equals("cgroup2")
            : mount.type().equals("cgroup") && mount.options().contains(controller)).toList();
        found.add(mounts, controllers, fields[2], unified);
      }
    }
    return found;
  }

  /** {@return those whose files can be read} */
  public List<Cgroup> all() {
    return all;
  }

  /** {@return the paths, as {@code /proc/self/cgroup} has them, of those whose files cannot be read} */
  public List<String> unseen() {
    return unseen;
  }

  private void add(List<Mount> mounts, List<String> controllers, String path, boolean unified) {
    for (Mount mount : mounts) {
      Optional<Path> folder = folderIn(mount, path);
      if (folder.isPresent()) {
        addUpwards(Path.of(mount.point()), folder.get(), unified, mount.point());
        return;
      }
    }
    if (machine.equals(Machine.THIS) && !path.startsWith("/..")) {
      Optional<Fd> mount = HiddenMount.of(unified ? "cgroup2" : "cgroup", unified ? List.of() : controllers);
      if (mount.isPresent()) {
        mounted.add(mount.get());
        Path top = Path.of("/proc/self/fd/" + mount.get().number());
        if (isGroup(top.resolve(path.substring(1)))) {
          addUpwards(top, top.resolve(path.substring(1)), unified,
              "(mount -t " + (unified ? "cgroup2 none" : "cgroup -o " + String.join(",", controllers) + " none") + ")");
          return;
        }
      }
    }
    // What a mount shows of another cgroup holds, at best, for both. Outside of all cgroups there is no limit to see.
    mounts.forEach(mount -> addUpwards(Path.of(mount.point()), Path.of(mount.point()), unified, mount.point()));
    if (!path.equals("/") || isInNamespace()) {
      unseen.add(path);
    }
  }

  /** {@return the folder of the cgroup with that path, if the mount shows it} */
  private Optional<Path> folderIn(Mount mount, String path) {
    Path top = Path.of(mount.point());
    Path root = Path.of(mount.root());
    if (path.startsWith("/..")) {
      return Optional.empty();
    }
    if (mount.root().startsWith("/..")) {
      boolean plain = Stream.of(mount.root().substring(1).split("/")).allMatch(".."::equals);
      return plain ? below(top, root.getNameCount(), path.substring(1)) : Optional.empty();
    }
    return Path.of(path).startsWith(root)
        ? Optional.of(top.resolve(root.relativize(Path.of(path)))).filter(this::isGroup)
        : Optional.empty();
  }

  /** {@return the cgroup whose path is known but for so many folders at its beginning, and that has this process} */
  private Optional<Path> below(Path top, int unknown, String path) {
    if (unknown == 0) {
      Path folder = top.resolve(path);
      String self = Long.toString(ProcessHandle.current().pid());
      return Optional.of(folder).filter(group -> machine.lines(relative(group) + LIST_OF_PROCESSES).contains(self));
    }
    return machine.names(relative(top)).stream().map(top::resolve)
        .filter(entry -> Files.isDirectory(machine.root().resolve(relative(entry))))
        .flatMap(entry -> below(entry, unknown - 1, path).stream()).findFirst();
  }

  private void addUpwards(Path top, Path own, boolean unified, String shown) {
    for (Path folder = own; folder != null && folder.startsWith(top); folder = folder.getParent()) {
      String below = top.relativize(folder).toString();
      all.add(new Cgroup(relative(folder), unified, shown + (below.isEmpty() ? "/" : "/" + below + "/")));
    }
  }

  /** A mount may be covered by another. */
  private boolean isGroup(Path folder) {
    return Files.exists(machine.root().resolve(relative(folder) + LIST_OF_PROCESSES));
  }

  /** {@return whether the root of the cgroups that this process sees is not the root of all} */
  private boolean isInNamespace() {
    try {
      return !Files.readSymbolicLink(machine.root().resolve("proc/self/ns/cgroup")).toString()
          .equals(OUTERMOST);
    } catch (IOException e) {
      return false; // a kernel without such namespaces
    }
  }

  private static String relative(Path folder) {
    return folder.toString().substring(1) + "/";
  }

  /** Ends the mounts that were made to read the files. */
  @Override
  public void close() {
    mounted.forEach(Fd::close);
  }
}
