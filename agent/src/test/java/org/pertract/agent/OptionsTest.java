package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static String told(Runnable work) {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return said.toString();
    }

    @Test
    void everythingThatIsDocumentedIsUnderstood() {
        Options options = Options.parse("folder=/x/y,interval=10ms,system=2s,stacks=TRUE,depth=9,max=1GB,part=512k,"
                + " Budget = 1.5%,application=app-1,executor=7");
        assertEquals("/x/y", options.folder.getPath());
        assertEquals(10_000_000L, options.intervalNs);
        assertEquals(2_000_000_000L, options.systemNs);
        assertTrue(options.stacks);
        assertEquals(9, options.depth);
        assertEquals(1L << 30, options.maxBytes);
        assertEquals(512L << 10, options.partBytes);
        assertEquals(1.5, options.budgetPercent);
        assertEquals("app-1", options.application);
        assertEquals("7", options.executor);
    }

    @Test
    void withoutOptionsThereAreDefaults() {
        for (String nothing : new String[] {null, "", " "}) {
            Options options = Options.parse(nothing);
            assertEquals(100_000_000L, options.intervalNs);
            assertFalse(options.stacks);
            assertTrue(options.folder.getPath().endsWith("pertract-agent"));
        }
    }

    @Test
    void whatIsWrongIsToldOnceAndItsDefaultHolds() {
        Options[] found = new Options[1];
        String said = told(() -> found[0] = Options.parse("intervall=5ms,interval=soon,stacks=perhaps,folder=,max=-1,depth"));
        assertEquals(6, said.trim().split("\n").length);
        assertTrue(said.contains("no option 'intervall'"));
        assertEquals(100_000_000L, found[0].intervalNs);
        assertFalse(found[0].stacks);
        assertEquals(200L << 20, found[0].maxBytes);
    }

    @Test
    void aPartIsNoLargerThanAll() {
        assertEquals(1L << 20, Options.parse("max=1MB").partBytes);
    }
}
