package org.pertract.agent;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * CPU of all processes that descend from this one, such as PySpark's daemon and its workers: that of the living, and of
 * the dead, which Linux adds to the parent that has waited for them.
 */
final class Children {
    /** Our own threads, which are many, are asked for children in every so many rounds, or when there is a sign. */
    private static final int ROUNDS = 60;
    private static final int MOST = 2000;
    private static final String SELF = "/proc/self";
    private final Proc proc;
    private final String pid;
    private final Set<String> direct = new LinkedHashSet<>();
    private long totalUs;
    private int round;
    final boolean isKnown;
    int living;

    Children(Proc proc) {
        this.proc = proc;
        pid = Proc.ownPid();
        isKnown = proc.stat(SELF) != null && proc.read(childrenOf("/proc/thread-self")) != null;
    }

    /** Return CPU since the call before, us. {@code isSign}: a process of our own may have begun or ended. */
    long read(boolean isSign) {
        if (isSign || round % ROUNDS == 0) {
            findDirect();
        }
        round++;
        // Parents before children: what ends meanwhile is counted in the next round, and never twice.
        long ticks = ended(proc.stat(SELF));
        living = 0;
        Set<String> all = new LinkedHashSet<>(direct);
        while (!all.isEmpty() && living < MOST) {
            Set<String> next = new LinkedHashSet<>();
            for (String child : all) {
                String[] fields = proc.stat("/proc/" + child);
                if (fields == null || direct.contains(child) && !fields[1].equals(pid)) {
                    direct.remove(child); // it has ended; the number may be another process's by now
                    continue;
                }
                living++;
                ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]) + ended(fields);
                for (String task : Proc.list("/proc/" + child + "/task")) {
                    add(next, childrenOf("/proc/" + child + "/task/" + task));
                }
            }
            all = next;
        }
        long before = totalUs;
        totalUs = Math.max(totalUs, ticks * Proc.TICK_US);
        return totalUs - before;
    }

    private void findDirect() {
        for (String task : Proc.list(SELF + "/task")) {
            add(direct, childrenOf(SELF + "/task/" + task));
        }
    }

    private void add(Set<String> found, String file) {
        String text = proc.line(file);
        if (text != null && !text.isEmpty()) {
            found.addAll(Arrays.asList(text.split(" ")));
        }
    }

    private static String childrenOf(String folder) {
        return folder + "/children";
    }

    private static long ended(String[] fields) {
        return fields == null ? 0 : Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
    }
}
