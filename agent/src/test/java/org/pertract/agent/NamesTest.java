package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    @TempDir
    File folder;

    @ParameterizedTest
    @CsvSource({
        "Executor task launch worker for task 1.0 in stage 0.0 (TID 1), Executor task launch worker",
        "Executor task launch worker for task 17, Executor task launch worker",
        "Executor task launch worker-0, Executor task launch worker",
        "rpc-server-4-1, rpc-server",
        "stdout reader for /opt/python3.11/bin/python, stdout reader",
        "process reaper (pid 4711), process reaper",
        "pool-7-thread-1, pool-7-thread",
        "main, main",
        "42, 42",
        "(x), (x)",
    })
    void aPoolIsWhatItsThreadsShare(String name, String pool) {
        assertEquals(pool, Names.pool(name));
    }

    @Test
    void numbersAreWrittenOnceInEveryPart() throws IOException {
        Output output = new Output(Options.parse("folder=" + folder), "1");
        Names names = new Names(output);
        Names.Name one = new Names.Name(5, "one-1", "main");
        Names.Name other = new Names.Name(5, "two", null);
        StackTraceElement[] stack = {new StackTraceElement("a.B", "leaf", null, 1), new StackTraceElement("C", "root", null, 2)};
        for (int part = 0; part < 2; part++) {
            output.next("app", "0", "h", "1");
            names.beginPart();
            assertEquals(1, names.number(other));
            assertEquals(2, names.number(one));
            assertEquals(1, names.number(other));
            assertEquals(1, names.number(stack, 64));
            assertEquals(1, names.number(stack.clone(), 64));
            assertEquals(2, names.number(new StackTraceElement[] {stack[0]}, 1));
        }
        output.close();
        for (File file : Written.files(folder)) {
            List<String> lines = Written.lines(file);
            assertEquals(4, lines.size());
            assertEquals("{\"kind\":\"thread\",\"n\":1,\"id\":5,\"name\":\"two\",\"pool\":\"two\",\"group\":null}", lines.get(0));
            assertEquals("{\"kind\":\"thread\",\"n\":2,\"id\":5,\"name\":\"one-1\",\"pool\":\"one\",\"group\":\"main\"}", lines.get(1));
            assertEquals("{\"kind\":\"stack\",\"n\":1,\"frames\":\"C.root;a.B.leaf\"}", lines.get(2));
            assertEquals("{\"kind\":\"stack\",\"n\":2,\"frames\":\"...;a.B.leaf\"}", lines.get(3));
        }
    }

    @Test
    void theTableOfStacksHasABound() throws IOException {
        Output output = new Output(Options.parse("folder=" + folder), "1");
        output.next("app", "0", "h", "1");
        Names names = new Names(output);
        names.beginPart();
        for (int i = 0; i < Names.MOST_STACKS; i++) {
            assertFalse(names.isFull());
            assertEquals(i + 1, names.number(new StackTraceElement[] {new StackTraceElement("C" + i, "m", null, 1)}, 64));
        }
        assertTrue(names.isFull());
        output.close();
    }
}
