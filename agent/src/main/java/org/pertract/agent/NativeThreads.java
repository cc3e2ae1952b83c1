package org.pertract.agent;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * CPU of the VM's own threads, which Java does not list: collector, compilers, VM. Linux tells it by thread, with a name
 * of 15 characters. JDK 8 does not name its threads there: then it is not known.
 */
final class NativeThreads {
    static final int GC = 0;
    static final int JIT = 1;
    static final int VM = 2;
    private static final int OTHER = 3;
    private static final String[][] BEGINNINGS = {
        {"GC Thread", "G1 ", "ParGC", "CMS ", "Concurrent Mark", "Gang worker", "ZWorker", "ZDriver", "ZDirector",
            "ZStat", "ZUn", "ZRelocat", "XWorker", "XDriver", "XDirector", "Shenandoah", "RuntimeWorker", "StringDedup"},
        {"C1 Compiler", "C2 Compiler", "JVMCI"},
        {"VM Thread", "VM Periodic", "Service Thread", "Monitor Deflati", "Sweeper"},
    };
    private static final String TASKS = "/proc/self/task/";
    /** New threads are looked for in each of the first rounds, later now and then: their CPU does not get lost. */
    private static final int EAGER_ROUNDS = 30;
    private static final int ROUNDS = 5;

    /** "schedstat", "stat" or null. */
    final String source;
    private final Proc proc;
    private final Map<String, Seen> seen = new HashMap<>();
    private final byte[] buffer = new byte[1024];
    private int round;

    private final class Seen implements Closeable {
        private final String folder;
        private String name;
        private int kind = OTHER;
        private long cpuNs;
        private int round;
        /** Kept open: that is a sixth of the cost of opening it every time. */
        private RandomAccessFile file;
        private boolean isSettled;

        Seen(String task) {
            folder = TASKS + task;
        }

        /** A thread has its creator's name until it has set its own: two rounds must agree. */
        void settle() {
            String found = isSettled ? null : proc.line(folder + "/comm");
            if (found != null) {
                isSettled = found.equals(name);
                name = found;
                kind = NativeThreads.kind(found);
            }
        }

        /** Return CPU since the call before, us. */
        long used() {
            try {
                if (file == null) {
                    file = new RandomAccessFile(folder + "/" + source, "r");
                }
                file.seek(0);
                int length = Math.max(0, file.read(buffer));
                String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                long used = Math.max(0, (cpuNs(text) - cpuNs) / 1000);
                cpuNs += used * 1000;
                return used;
            } catch (IOException ended) {
                return 0;
            }
        }

        private long cpuNs(String text) {
            if (source.equals("schedstat")) {
                int end = text.indexOf(' ');
                return end < 0 ? 0 : Long.parseLong(text.substring(0, end));
            }
            String[] fields = Proc.fields(text);
            return fields == null ? 0 : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * Proc.TICK_US * 1000;
        }

        @Override
        public void close() {
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException closed) {
                // It was only read.
            }
        }
    }

    NativeThreads(Proc proc) {
        this.proc = proc;
        source = usable();
        if (source != null) {
            look(); // the first of two times that they tell their names
        }
    }

    private String usable() {
        boolean isNamed = false;
        boolean isExact = false;
        for (String task : Proc.list(TASKS)) {
            String name = proc.line(TASKS + task + "/comm");
            if (name != null && kind(name) == VM) {
                isNamed = true;
                String exact = proc.read(TASKS + task + "/schedstat");
                isExact |= exact != null && !exact.startsWith("0 ");
            }
        }
        return !isNamed ? null : isExact ? "schedstat" : "stat";
    }

    /** Return CPU since the call before (the first time: since each thread's start) of GC, JIT and VM threads, us. */
    long[] read() {
        long[] used = new long[3];
        if (round < EAGER_ROUNDS || round % ROUNDS == 0) {
            look();
        } else {
            round++;
        }
        for (Seen thread : seen.values()) {
            if (thread.isSettled && thread.kind != OTHER) {
                used[thread.kind] += thread.used();
            }
        }
        return used;
    }

    private void look() {
        round++;
        for (String task : Proc.list(TASKS)) {
            Seen thread = seen.get(task);
            if (thread == null) {
                thread = new Seen(task);
                seen.put(task, thread);
            }
            thread.round = round;
            thread.settle();
        }
        for (Iterator<Seen> all = seen.values().iterator(); all.hasNext();) {
            Seen thread = all.next();
            if (thread.round != round) {
                thread.close();
                all.remove();
            }
        }
    }

    static int kind(String name) {
        for (int kind = 0; kind < BEGINNINGS.length; kind++) {
            for (String beginning : BEGINNINGS[kind]) {
                if (name.startsWith(beginning)) {
                    return kind;
                }
            }
        }
        return OTHER;
    }

    void close() {
        for (Seen thread : seen.values()) {
            thread.close();
        }
        seen.clear();
    }
}
