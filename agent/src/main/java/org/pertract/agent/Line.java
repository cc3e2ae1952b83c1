package org.pertract.agent;

import java.io.IOException;
import java.io.OutputStream;

/** One line of JSON in the making, in a buffer that is used again and again. ASCII only: the rest is escaped. */
final class Line {
    private static final byte[] HEX = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private byte[] bytes = new byte[1024];
    private int length;
    private boolean needsComma;

    Line begin(String kind) {
        length = 0;
        needsComma = false;
        return raw('{').field("kind", kind);
    }

    Line key(String name) {
        comma();
        quoted(name);
        raw(':');
        needsComma = false;
        return this;
    }

    Line field(String name, String value) {
        return key(name).value(value);
    }

    Line field(String name, long value) {
        return key(name).value(value);
    }

    /** A negative number means that the value is not known. */
    Line known(String name, long value) {
        return value < 0 ? field(name, (String) null) : field(name, value);
    }

    Line field(String name, boolean value) {
        key(name).plain(value ? "true" : "false");
        needsComma = true;
        return this;
    }

    Line hundredths(String name, double value) {
        if (!(value >= 0)) {
            return field(name, (String) null);
        }
        long hundredths = Math.round(value * 100);
        key(name).digits(hundredths / 100);
        raw('.').digits(hundredths / 10 % 10);
        digits(hundredths % 10);
        needsComma = true;
        return this;
    }

    Line value(long number) {
        comma();
        if (number < 0) {
            plain(Long.toString(number));
        } else {
            digits(number);
        }
        needsComma = true;
        return this;
    }

    Line value(String text) {
        comma();
        if (text == null) {
            plain("null");
        } else {
            quoted(text);
        }
        needsComma = true;
        return this;
    }

    /** Open a list, or an object within the line. */
    Line open(char bracket) {
        comma();
        needsComma = false;
        return raw(bracket);
    }

    Line close(char bracket) {
        needsComma = true;
        return raw(bracket);
    }

    void writeTo(OutputStream out) throws IOException {
        raw('}').raw('\n');
        out.write(bytes, 0, length);
    }

    private void comma() {
        if (needsComma) {
            raw(',');
        }
    }

    private void quoted(String text) {
        raw('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                raw('\\').raw(c);
            } else if (c >= 0x20 && c < 0x7f) {
                raw(c);
            } else {
                plain("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    raw((char) HEX[(c >> shift) & 15]);
                }
            }
        }
        raw('"');
    }

    private void digits(long number) {
        int width = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            width++;
        }
        room(width);
        long rest = number;
        for (int at = length + width - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += width;
    }

    private void plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            raw(text.charAt(i));
        }
    }

    private Line raw(char c) {
        room(1);
        bytes[length++] = (byte) c;
        return this;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = java.util.Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
