// SPDX-License-Identifier: Apache-2.0
package dev.jdax.platform;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
  private static final Path ROOT = Path.of("/");
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
    for (String line : machine.linesWithPaths("proc/self/cgroup")) {
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
        addUpwards(mount.point().path(), folder.get(), unified, mount.point().toString());
        return;
      }
    }
    boolean isRoot = path.equals("/") && !isInNamespace(); // which has no limit
    if (!isRoot && machine.equals(Machine.THIS) && !path.startsWith("/..")) {
      Optional<Fd> mount = HiddenMount.of(unified ? "cgroup2" : "cgroup", unified ? List.of() : controllers);
      if (mount.isPresent()) {
        mounted.add(mount.get());
        Path top = Path.of("/proc/self/fd/" + mount.get().number());
        Path own = top.resolve(relative(new ProcPath(path).path()));
        if (isGroup(own)) {
          addUpwards(top, own, unified,
              "(mount -t " + (unified ? "cgroup2 none" : "cgroup -o " + String.join(",", controllers) + " none") + ")");
          return;
        }
      }
    }
    // What a mount shows of another cgroup holds, at best, for both.
    mounts.forEach(mount -> addUpwards(mount.point().path(), mount.point().path(), unified, mount.point().toString()));
    if (!isRoot) {
      unseen.add(new ProcPath(path).toString());
    }
  }

  /** {@return the folder of the cgroup with that path, if the mount shows it} */
  private Optional<Path> folderIn(Mount mount, String path) {
    Path top = mount.point().path();
    Path root = mount.root().path();
    Path own = new ProcPath(path).path();
    if (path.startsWith("/..")) {
      return Optional.empty();
    }
    if (mount.root().bytes().startsWith("/..")) {
      boolean plain = Stream.of(mount.root().bytes().substring(1).split("/")).allMatch(".."::equals);
      return plain ? below(top, root.getNameCount(), own) : Optional.empty();
    }
    return own.startsWith(root)
        ? Optional.of(top.resolve(root.relativize(own))).filter(this::isGroup)
        : Optional.empty();
  }

  /** {@return the cgroup whose path is known but for so many folders at its beginning, and that has this process} */
  private Optional<Path> below(Path top, int unknown, Path path) {
    if (unknown == 0) {
      Path folder = top.resolve(ROOT.relativize(path));
      String self = Long.toString(ProcessHandle.current().pid());
      return Optional.of(folder)
          .filter(group -> machine.lines(relative(group).resolve(LIST_OF_PROCESSES)).contains(self));
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(inTree(top), Files::isDirectory)) {
      for (Path entry : entries) {
        Optional<Path> found = below(top.resolve(entry.getFileName()), unknown - 1, path);
        if (found.isPresent()) {
          return found;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // it cannot be looked into
    }
    return Optional.empty();
  }

  private void addUpwards(Path top, Path own, boolean unified, String shown) {
    for (Path folder = own; folder != null && folder.startsWith(top); folder = folder.getParent()) {
      String below = folder.equals(top) ? "/" : "/" + ProcPath.of(top.relativize(folder)) + "/";
      all.add(new Cgroup(relative(folder), unified, shown + below));
    }
  }

  /** A mount may be covered by another. */
  private boolean isGroup(Path folder) {
    return Files.exists(inTree(folder).resolve(LIST_OF_PROCESSES));
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

  private Path inTree(Path folder) {
    return machine.root().resolve(relative(folder));
  }

  private static Path relative(Path folder) {
    return ROOT.relativize(folder);
  }

  /** Ends the mounts that were made to read the files. */
  @Override
  public void close() {
    mounted.forEach(Fd::close);
  }
}
