package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
    @TempDir
    File folder;

    @Test
    void namesSayWhoseTheyAre() throws IOException {
        File inner = new File(folder, "a/b");
        Output output = new Output(Options.parse("folder=" + inner), "99");
        output.next("app-1", "driver", "host.example/x", "12");
        output.next(null, null, "h", "12");
        output.close();
        assertTrue(new File(inner, "pertract-app-1-driver-host.example_x-12-0.jsonl.gz").isFile());
        assertTrue(new File(inner, "pertract-unknown-unknown-h-12-1.jsonl.gz").isFile());
    }

    @Test
    void anotherProcessOfTheSameNameIsNotOverwritten() throws IOException {
        for (int process = 0; process < 2; process++) {
            Output output = new Output(Options.parse("folder=" + folder), "99" + process);
            output.next("a", "0", "h", "1");
            output.close();
        }
        assertEquals(2, Written.files(folder).size());
    }

    @Test
    void whatIsFlushedCanBeReadThoughTheFileIsOpen() throws IOException {
        Output output = new Output(Options.parse("folder=" + folder), "1");
        output.next("a", "0", "h", "1");
        output.write(new Line().begin("one"));
        output.flush();
        output.write(new Line().begin("two"));
        File file = Written.files(folder).get(0);
        assertEquals(1, Written.lines(file).size());
        output.close();
        assertEquals(2, Written.lines(file).size());
    }

    @Test
    void partsAndAllOfThemHaveASize() throws IOException {
        Output output = new Output(Options.parse("folder=" + folder + ",part=20k,max=50k"), "1");
        output.next("a", "0", "h", "1");
        Random random = new Random(1);
        while (!output.isFull()) {
            byte[] noise = new byte[300];
            random.nextBytes(noise);
            output.write(new Line().begin("x").field("n", new String(noise, "ISO-8859-1")));
            output.flush();
            if (output.isPartFull()) {
                output.next("a", "0", "h", "1");
            }
        }
        output.close();
        assertEquals(3, Written.files(folder).size());
        long sum = 0;
        for (File file : Written.files(folder)) {
            sum += file.length();
            assertTrue(file.length() < 22_000);
        }
        assertEquals(sum, output.bytes());
        assertTrue(sum < 52_000);
    }

    @Test
    void aFolderThatCannotBeMadeIsAnError() throws IOException {
        File blocked = new File(folder, "file");
        assertTrue(blocked.createNewFile());
        Output output = new Output(Options.parse("folder=" + new File(blocked, "x")), "1");
        assertThrows(IOException.class, () -> output.next("a", "0", "h", "1"));
        assertFalse(Files.exists(new File(blocked, "x").toPath()));
        output.close();
    }
}
