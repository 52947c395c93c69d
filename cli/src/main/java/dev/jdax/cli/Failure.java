// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.stream.Stream;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import picocli.CommandLine.ParameterException;

/**
 * What went wrong, for programs too: the components are the keys, and null is left out.
 *
 * @param errno the name of the error number
 * @param object what it went wrong with: a device, the path of a region, or the verb
 * @param message what was attempted, and why it could not be
 * @param hint what to do
 */
record Failure(String errno, String object, String message, String hint) {
  static Failure of(DaxException e, String object) {
    return new Failure(e.errno().toString(), object, "cannot " + e.attempt() + ": " + e.reason(), e.remedy());
  }

  /** {@return the failure that an exception of memory or files stands for; empty for another, which is a bug} */
  static Optional<Failure> of(Exception exception, String object) {
    return switch (exception) {
      case DaxException e -> Optional.of(of(e, object));
      case NoSuchFileException e -> ofFile(e, Errno.ENOENT, object, "there is no such file");
      case AccessDeniedException e -> ofFile(e, Errno.EACCES, object, "permission denied");
      case FileSystemException e -> ofFile(e, errno(e), object, e.getReason());
      default -> Optional.empty();
    };
  }

  private static Optional<Failure> ofFile(FileSystemException e, Errno errno, String object, String reason) {
    return Optional.of(new Failure(errno == null ? null : errno.toString(), object,
        "cannot open " + e.getFile() + ": " + reason, null));
  }

  /** {@return the error of which Linux has said the words, or null if it was none} */
  private static Errno errno(FileSystemException e) {
    return Stream.of(Errno.values()).filter(errno -> errno.text().equals(e.getReason())).findFirst().orElse(null);
  }

  /** {@return a call that was wrong} */
  static Failure of(ParameterException e) {
    String verb = e.getCommandLine().getCommandSpec().qualifiedName();
    return new Failure(Errno.EINVAL.toString(), verb, e.getMessage(), "see " + verb + " --help");
  }

  /** {@return all of it for people} */
  String sentence() {
    return Printable.of(message + (hint == null ? "" : "; " + hint) + (errno == null ? "" : " (" + errno + ")"));
  }
}
