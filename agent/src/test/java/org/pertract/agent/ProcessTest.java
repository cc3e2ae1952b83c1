package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import org.junit.jupiter.api.Test;

/** What /proc tells of this process; only where there is one. */
class ProcessTest {
    private static final String BURN = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; ";

    @Test
    void cpuOfLivingAndOfEndedChildren() throws Exception {
        assumeTrue(new File("/bin/sh").exists());
        Children children = new Children(new Proc());
        assumeTrue(children.isKnown);
        children.read(true);
        // One that ends, with a child of its own that ended before; and one that lives, with a child.
        Process ended = new ProcessBuilder("/bin/sh", "-c", "(" + BURN + "true); " + BURN).start();
        ended.waitFor();
        long ofEnded = children.read(true);
        assertTrue(ofEnded >= 100_000, ofEnded + " us");
        Process living = new ProcessBuilder("/bin/sh", "-c", BURN + "(" + BURN + "sleep 60); true").start();
        long ofLiving = 0;
        int most = 0;
        for (int i = 0; i < 600 && (most < 3 || ofLiving < 100_000); i++) {
            Thread.sleep(20);
            ofLiving += children.read(i == 0);
            most = Math.max(most, children.living);
        }
        assertTrue(ofLiving >= 100_000, ofLiving + " us");
        assertTrue(most >= 2, most + " children");
        living.destroyForcibly();
        living.waitFor();
        long atTheEnd = children.read(true);
        assertTrue(atTheEnd < 100_000, "what was counted is not counted again");
    }

    @Test
    void threadsOfTheVmAreToldApart() throws Exception {
        assertEquals(NativeThreads.GC, NativeThreads.kind("GC Thread#1"));
        assertEquals(NativeThreads.GC, NativeThreads.kind("G1 Conc#0"));
        assertEquals(NativeThreads.JIT, NativeThreads.kind("C2 CompilerThre"));
        assertEquals(NativeThreads.VM, NativeThreads.kind("VM Thread"));
        NativeThreads natives = new NativeThreads(new Proc());
        assumeTrue(natives.source != null);
        long[] used = natives.read();
        assertTrue(used[NativeThreads.JIT] > 10_000, "something was compiled");
        assertTrue(used[NativeThreads.VM] > 0);
        long[] again = natives.read();
        assertTrue(again[NativeThreads.JIT] < used[NativeThreads.JIT]);
        natives.close();
    }
}
