package org.pertract.agent;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPOutputStream;

/** The files of one JVM: numbered parts, each a gzip stream that is flushed so that most of it survives a kill. */
final class Output {
    private final Options options;
    private final String tail;
    private Counted file;
    private OutputStream out;
    private long finishedBytes;
    int part = -1;

    private static final class Counted extends OutputStream {
        private final OutputStream to;
        private long bytes;

        Counted(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            to.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] data, int from, int length) throws IOException {
            to.write(data, from, length);
            bytes += length;
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    /** {@code tail} is what tells JVMs of an executor apart if everything else is equal. */
    Output(Options options, String tail) {
        this.options = options;
        this.tail = tail;
    }

    /** End this part, if there is one, and begin the next. */
    void next(String application, String executor, String host, String pid) throws IOException {
        close();
        part++;
        String name = "pertract-" + clean(application) + "-" + clean(executor) + "-" + clean(host) + "-" + pid;
        Files.createDirectories(options.folder.toPath());
        try {
            file = create(name + "-" + part);
        } catch (FileAlreadyExistsException ofAnotherProcess) {
            file = create(name + "-" + tail + "-" + part);
        }
        out = new BufferedOutputStream(new GZIPOutputStream(file, 8192, true), 8192);
    }

    private Counted create(String name) throws IOException {
        File path = new File(options.folder, name + ".jsonl.gz");
        return new Counted(
                Files.newOutputStream(path.toPath(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    void write(Line line) throws IOException {
        line.writeTo(out);
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Whether it is time for the next part. */
    boolean isPartFull() {
        return file.bytes >= options.partBytes;
    }

    /** Whether all that may be written has been written. */
    boolean isFull() {
        return bytes() >= options.maxBytes;
    }

    long bytes() {
        return finishedBytes + (file == null ? 0 : file.bytes);
    }

    void close() throws IOException {
        if (out != null) {
            OutputStream open = out;
            out = null;
            open.close();
            finishedBytes += file.bytes;
            file = null;
        }
    }

    private static String clean(String text) {
        return text == null ? "unknown" : text.replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
