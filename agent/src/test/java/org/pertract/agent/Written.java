package org.pertract.agent;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Reads what was written, as far as it goes. */
final class Written {
    private Written() {}

    static List<File> files(File folder) {
        File[] found = folder.listFiles((at, name) -> name.endsWith(".jsonl.gz"));
        List<File> files = new ArrayList<>(Arrays.asList(found == null ? new File[0] : found));
        files.sort((a, b) -> Integer.compare(part(a), part(b)));
        return files;
    }

    private static int part(File file) {
        return Integer.parseInt(file.getName().replaceAll(".*-(\\d+)\\.jsonl\\.gz", "$1"));
    }

    static List<String> lines(File file) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] buffer = new byte[512];
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file.toPath())))) {
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                text.write(buffer, 0, length);
            }
        } catch (EOFException cut) {
            // Killed, or still being written.
        }
        String all = new String(text.toByteArray(), StandardCharsets.UTF_8);
        int end = all.lastIndexOf('\n');
        return end < 0 ? new ArrayList<>() : Arrays.asList(all.substring(0, end).split("\n"));
    }

    static long number(String line, String key) {
        return Long.parseLong(line.replaceAll(".*\"" + key + "\":(-?\\d+).*", "$1"));
    }

    static boolean is(String line, String kind) {
        return line.startsWith("{\"kind\":\"" + kind + "\"");
    }
}
