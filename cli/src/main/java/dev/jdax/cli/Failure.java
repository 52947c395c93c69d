// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.jdax.DaxException;
import dev.jdax.Errno;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What went wrong, for programs too: the components are the keys, and null is left out.
 *
 * @param errno the name of the error number
 * @param object what it went wrong with: a device, the path of a region, or the verb
 * @param message what was attempted, and why it could not be
 * @param hint what to do
 */
record Failure(String errno, String object, String message, String hint) {
  private static final Pattern GIVEN = Pattern.compile("\\{(.*?)\\}");

  static Failure of(DaxException e, String object) {
    return new Failure(e.errno().toString(), object, "cannot " + e.attempt() + ": " + e.reason(), e.remedy());
  }

  /** {@return the failure that an exception of memory or files is; empty for another, which is a bug} */
  static Optional<Failure> of(Exception exception, String object) {
    return switch (exception) {
      case DaxException e -> Optional.of(of(e, object));
      case NoSuchFileException e -> Optional.of(ofFile(e, Errno.ENOENT, object, "there is no such file"));
      case AccessDeniedException e -> Optional.of(ofFile(e, Errno.EACCES, object, "permission denied"));
      case FileAlreadyExistsException e -> Optional.of(ofFile(e, Errno.EEXIST, object, "it is there already"));
      case FileSystemException e -> Optional.of(ofFile(e, errno(e.getReason()), object, reason(e.getReason(), e)));
      case IOException e -> Optional.of(of(e, "finish " + object, object, null));
      case UncheckedIOException e -> of(e.getCause(), object);
      case DirectoryIteratorException e -> of(e.getCause(), object);
      // The JVM denies native access.
      case IllegalCallerException e -> Optional.of(new Failure(Errno.EPERM.toString(), object, e.getMessage(), null));
      default -> Optional.empty();
    };
  }

  /** {@return standard output, which could not be written} */
  static Failure ofOutput(IOException e) {
    return of(e, "write to standard output", "standard output", "not all of it is there");
  }

  private static Failure of(IOException e, String attempt, String object, String hint) {
    Errno errno = errno(e.getMessage());
    return new Failure(errno == null ? null : errno.toString(), object,
        "cannot " + attempt + ": " + reason(e.getMessage(), e), hint);
  }

  /** {@return the exception of an attempt that Linux or Java has ended, with EIO if no errno is known} */
  static DaxException exception(String attempt, IOException e, String remedy) {
    Errno errno = errno(e.getMessage());
    return DaxException.of(errno == null ? Errno.EIO : errno, attempt, reason(e.getMessage(), e), remedy, e);
  }

  private static Failure ofFile(FileSystemException e, Errno errno, String object, String reason) {
    return new Failure(errno == null ? null : errno.toString(), object, "cannot open " + e.getFile() + ": " + reason,
        null);
  }

  /** {@return the words of Linux or of Java, or if there are none what kind of exception it is} */
  private static String reason(String words, IOException e) {
    return words == null || words.isBlank() ? e.getClass().getSimpleName() : words;
  }

  /** {@return the error of which Linux has said the words, or null if it was none} */
  private static Errno errno(String words) {
    return Stream.of(Errno.values()).filter(errno -> errno.text().equals(words)).findFirst().orElse(null);
  }

  /** {@return a call that was wrong} */
  static Failure of(ParameterException e) {
    String verb = e.getCommandLine().getCommandSpec().qualifiedName();
    return new Failure(Errno.EINVAL.toString(), verb, sentence(e), "see " + verb + " --help");
  }

  private static String sentence(ParameterException e) {
    if (e instanceof MaxValuesExceededException && e.getMessage().contains("expected only one match")) {
      // Of an option that was given twice, picocli tells the whole group that it is in.
      return String.join(" and ", GIVEN.matcher(e.getMessage()).results().map(given -> given.group(1)).toList())
          + ": give one";
    }
    boolean noVerb = e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
        && !e.getCommandLine().getSubcommands().isEmpty();
    return noVerb
        ? "there is no verb '" + ((UnmatchedArgumentException) e).getUnmatched().getFirst() + "'"
        : e.getMessage().replaceFirst("^Error: ", "");
  }

  /** {@return all of it for people} */
  String sentence() {
    return Printable.of(message + (hint == null ? "" : "; " + hint) + (errno == null ? "" : " (" + errno + ")"));
  }
}
