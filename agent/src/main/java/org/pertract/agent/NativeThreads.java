package org.pertract.agent;

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

    /** "schedstat", "stat" or null. */
    final String source;
    private final Proc proc;
    private final Map<String, Seen> seen = new HashMap<>();
    private int round;

    private static final class Seen {
        String name;
        int kind = OTHER;
        long cpuNs;
        int round;
        /** A thread has its creator's name until it has set its own: two rounds must agree. */
        boolean isSettled;
    }

    NativeThreads(Proc proc) {
        this.proc = proc;
        source = usable(proc);
    }

    private static String usable(Proc proc) {
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
        if (source == null) {
            return used;
        }
        round++;
        for (String task : Proc.list(TASKS)) {
            Seen thread = seen.get(task);
            if (thread == null) {
                thread = new Seen();
                seen.put(task, thread);
            }
            thread.round = round;
            if (!thread.isSettled) {
                String name = proc.line(TASKS + task + "/comm");
                if (name != null) {
                    thread.isSettled = name.equals(thread.name);
                    thread.name = name;
                    thread.kind = kind(name);
                }
            }
            if (thread.isSettled && thread.kind != OTHER) {
                long cpuNs = cpuNs(TASKS + task);
                long microseconds = (cpuNs - thread.cpuNs) / 1000;
                if (cpuNs >= 0 && microseconds > 0) {
                    used[thread.kind] += microseconds;
                    thread.cpuNs += microseconds * 1000;
                }
            }
        }
        for (Iterator<Seen> all = seen.values().iterator(); all.hasNext();) {
            if (all.next().round != round) {
                all.remove();
            }
        }
        return used;
    }

    private long cpuNs(String folder) {
        if (source.equals("schedstat")) {
            String text = proc.read(folder + "/schedstat");
            int end = text == null ? -1 : text.indexOf(' ');
            return end < 0 ? -1 : Long.parseLong(text.substring(0, end));
        }
        String[] fields = proc.stat(folder);
        return fields == null ? -1 : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * Proc.TICK_US * 1000;
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
}
