package org.pertract.agent;

import java.io.File;
import java.util.Locale;

/** What follows {@code -javaagent:pertract-agent.jar=}: {@code key=value} pairs between commas. */
final class Options {
    /** Where the files go. */
    File folder = defaultFolder();
    /** Between two samples, ns. */
    long intervalNs = 100_000_000L;
    /** Between two lines about heap, collections and the host, ns. */
    long systemNs = 1_000_000_000L;
    boolean stacks;
    /** The most frames of a stack. */
    int depth = 64;
    /** The most that this JVM writes, bytes. */
    long maxBytes = 200L << 20;
    /** Size at which the next part begins, bytes. */
    long partBytes = 20L << 20;
    /** The most CPU that the agent may use, percent of one core; 0 is no limit. */
    double budgetPercent = 2;
    String application;
    String executor;

    static Options parse(String text) {
        Options options = new Options();
        if (text == null || text.trim().isEmpty()) {
            return options;
        }
        for (String pair : text.split(",")) {
            int at = pair.indexOf('=');
            String key = (at < 0 ? pair : pair.substring(0, at)).trim().toLowerCase(Locale.ROOT);
            String value = at < 0 ? "" : pair.substring(at + 1).trim();
            try {
                if (!options.set(key, value)) {
                    Agent.tell("there is no option '" + key + "'; it is ignored (see docs/agent.md)");
                }
            } catch (RuntimeException wrong) {
                Agent.tell("'" + value + "' is no value for the option '" + key + "'; its default holds");
            }
        }
        options.partBytes = Math.min(options.partBytes, options.maxBytes);
        return options;
    }

    private boolean set(String key, String value) {
        switch (key) {
            case "folder": folder = new File(filled(value)); return true;
            case "interval": intervalNs = duration(value); return true;
            case "system": systemNs = duration(value); return true;
            case "stacks": stacks = truth(value); return true;
            case "depth": depth = (int) within(Long.parseLong(value), 1, 1000); return true;
            case "max": maxBytes = size(value); return true;
            case "part": partBytes = size(value); return true;
            case "budget": budgetPercent = percent(value); return true;
            case "application": application = filled(value); return true;
            case "executor": executor = filled(value); return true;
            default: return false;
        }
    }

    /** YARN collects what lies in the folder of a container's logs; elsewhere it is the folder for temporary files. */
    private static File defaultFolder() {
        String logs = System.getProperty("spark.yarn.app.container.log.dir");
        return new File(logs != null ? logs : System.getProperty("java.io.tmpdir", "/tmp") + "/pertract-agent");
    }

    private static String filled(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static boolean truth(String value) {
        if (value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")) {
            return Boolean.parseBoolean(value.toLowerCase(Locale.ROOT));
        }
        throw new IllegalArgumentException();
    }

    private static double percent(String value) {
        double number = Double.parseDouble(value.endsWith("%") ? value.substring(0, value.length() - 1) : value);
        if (!(number >= 0)) {
            throw new IllegalArgumentException();
        }
        return number;
    }

    private static long duration(String value) {
        String text = value.toLowerCase(Locale.ROOT);
        double number = Double.parseDouble(text.replaceAll("(ms|s)$", ""));
        double ms = text.endsWith("s") && !text.endsWith("ms") ? number * 1000 : number;
        return within((long) (ms * 1e6), 1_000_000L, 3_600_000_000_000L);
    }

    private static long size(String value) {
        String text = value.toUpperCase(Locale.ROOT).replaceAll("I?B$", "");
        int shift = text.endsWith("G") ? 30 : text.endsWith("M") ? 20 : text.endsWith("K") ? 10 : 0;
        double number = Double.parseDouble(shift > 0 ? text.substring(0, text.length() - 1) : text);
        return within((long) (number * (1L << shift)), 10_000, Long.MAX_VALUE);
    }

    private static long within(long number, long least, long most) {
        if (number < least || number > most) {
            throw new IllegalArgumentException();
        }
        return number;
    }
}
