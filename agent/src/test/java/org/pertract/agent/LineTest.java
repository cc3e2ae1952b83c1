package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LineTest {
    private static String text(Line line) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line.writeTo(out);
        return out.toString("US-ASCII");
    }

    @Test
    void everyKindOfValue() throws IOException {
        Line line = new Line().begin("k").field("a", 0).field("b", -12).field("c", Long.MAX_VALUE).field("d", true);
        line.field("e", (String) null).known("f", -1).known("g", 5).hundredths("h", 1.256).hundredths("i", -1);
        line.key("l").open('[').open('[').value(1).value("x").close(']').open('[').close(']').close(']');
        line.key("m").open('{').field("n", 1).close('}').field("o", "z");
        assertEquals("{\"kind\":\"k\",\"a\":0,\"b\":-12,\"c\":9223372036854775807,\"d\":true,\"e\":null,\"f\":null,\"g\":5,"
                + "\"h\":1.26,\"i\":null,\"l\":[[1,\"x\"],[]],\"m\":{\"n\":1},\"o\":\"z\"}\n", text(line));
    }

    @Test
    void whatJsonDoesNotAllowIsEscaped() throws IOException {
        String name = "a\"b\\c\nd\u00e9\ud83d\ude00";
        assertEquals("{\"kind\":\"k\",\"n\":\"a\\\"b\\\\c\\u000ad\\u00e9\\ud83d\\ude00\"}\n",
                text(new Line().begin("k").field("n", name)));
    }

    @Test
    void aLineGrowsAndIsUsedAgain() throws IOException {
        Line line = new Line();
        StringBuilder large = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            large.append('x');
        }
        assertEquals(10_020, text(line.begin("k").field("n", large.toString())).length());
        assertEquals("{\"kind\":\"k\"}\n", text(line.begin("k")));
    }
}
