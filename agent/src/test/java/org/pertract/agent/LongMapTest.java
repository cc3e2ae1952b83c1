package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LongMapTest {
    @Test
    void itHoldsWhatAMapHolds() {
        LongMap<Long> map = new LongMap<>();
        Map<Long, Long> expected = new HashMap<>();
        Random random = new Random(1);
        for (long i = 0; i < 5000; i++) {
            long key = random.nextInt(3000) * 1_000_003L;
            map.put(key, i);
            expected.put(key, i);
        }
        assertEquals(expected.size(), map.size());
        map.keep(value -> value % 2 == 0);
        expected.values().removeIf(value -> value % 2 != 0);
        assertEquals(expected.size(), map.size());
        for (long i = 0; i < 3000; i++) {
            assertEquals(expected.get(i * 1_000_003L), map.get(i * 1_000_003L));
        }
        map.clear();
        assertEquals(0, map.size());
        assertNull(map.get(1_000_003L));
    }
}
