package org.pertract.agent;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Small files of Linux's /proc. */
final class Proc {
    /** Ticks of utime and stime are hundredths of a second on every Linux that Java runs on. */
    static final long TICK_US = 10_000;
    private static final String[] NONE = {};
    private final byte[] buffer = new byte[8192];

    /** Return the beginning of a file, or null if it is not there (any more). */
    String read(String path) {
        try (FileInputStream in = new FileInputStream(path)) {
            int length = in.read(buffer);
            return length <= 0 ? "" : new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return null;
        }
    }

    /** Return a line of a file of one line, or null. */
    String line(String path) {
        String text = read(path);
        return text == null ? null : text.trim();
    }

    static String[] list(String folder) {
        String[] names = new File(folder).list();
        return names == null ? NONE : names;
    }

    /** Return the fields of a {@code stat} file from the state (field 3) on, or null. */
    String[] stat(String folder) {
        String text = read(folder + "/stat");
        return text == null ? null : fields(text);
    }

    static String[] fields(String stat) {
        int end = stat.lastIndexOf(')');
        return end < 0 ? null : stat.substring(end + 2).split(" ");
    }

    /** Return the process id that /proc has for this process, or null. */
    static String ownPid() {
        try {
            String name = new File("/proc/self").getCanonicalFile().getName();
            return name.equals("self") ? null : name;
        } catch (IOException unreadable) {
            return null;
        }
    }
}
