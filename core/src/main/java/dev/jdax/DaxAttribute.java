// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

/**
 * One attribute of a region or a device, with the name, the mode and the text that sysfs gives it.
 *
 * @param name the name, such as {@code available_size} or {@code mapping0/start}
 * @param mode the permissions, such as 0444
 * @param object what it belongs to, for sentences
 * @param reader what gives its text; null where it cannot be read
 * @param writer what takes a text; null where it cannot be written
 */
public record DaxAttribute(String name, int mode, String object, Reader reader, Writer writer) {
  /** How much one write(2) to a file of sysfs takes: a page. */
  private static final int PAGE = 4096;
  private static final int SHOWN = 64;

  /** Gives the text of an attribute. */
  @FunctionalInterface
  public interface Reader {
    /**
     * {@return the text, without the newline at its end}
     *
     * @throws DaxException if it cannot be read now
     */
    String read() throws DaxException;
  }

  /** Takes a text for an attribute. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Takes the text.
     *
     * @param text the text, without the newline at its end
     * @throws DaxException if it is not accepted
     */
    void write(String text) throws DaxException;
  }

  /**
   * {@return the text, with a newline at its end, byte for byte as sysfs gives it}
   *
   * @throws DaxException with EACCES if it can only be written; or if it cannot be read now
   */
  public String show() throws DaxException {
    if (reader == null) {
      throw DaxException.of(Errno.EACCES, "read " + name + " of " + object, "its mode is " + octal(),
          "it can only be written");
    }
    return reader.read() + "\n";
  }

  /**
   * Writes a text, which ends at its first NUL, as in Linux; one newline at its end may be there or not.
   *
   * <p>As sysfs does ({@code kernfs_fop_write_iter} in fs/kernfs/file.c), one call takes at most 4096 characters: they
   * are judged as if they were all.
   *
   * @param text the text
   * @throws DaxException with EACCES if it can only be read; with EINVAL if the text is empty; or if it is not accepted;
   *     with E2BIG if it is longer than 4096 characters, and the first 4096 were accepted and have taken effect
   */
  public void store(String text) throws DaxException {
    if (writer == null) {
      throw DaxException.of(Errno.EACCES, "write " + name + " of " + object, "its mode is " + octal(),
          "it can only be read");
    }
    if (text.isEmpty()) {
      // Linux says success and does nothing: the store function is never called.
      throw DaxException.of(Errno.EINVAL, "write " + name + " of " + object, "a text of length 0 changes nothing",
          "write a value, or a newline to clear it");
    }
    int end = text.indexOf('\0');
    String read = end < 0 ? text : text.substring(0, end);
    if (read.length() > PAGE) {
      writer.write(read.substring(0, PAGE));
      throw DaxException.of(Errno.E2BIG, "write " + quoted(read) + " to " + name + " of " + object,
          "the first " + PAGE + " characters were taken, which is all that sysfs takes at a time", "write less");
    }
    writer.write(read.endsWith("\n") ? read.substring(0, read.length() - 1) : read);
  }

  /** {@return a text in quotation marks, as a sentence has it: of a long one the beginning} */
  static String quoted(String text) {
    return '"' + shortened(text) + '"';
  }

  /** {@return a text, or the beginning of a long one with three dots and its length} */
  static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "... (" + text.length() + " characters)";
  }

  private String octal() {
    return String.format("0%o", mode);
  }
}
