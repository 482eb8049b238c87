package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExtendedDumpTest {
    @Test
    void writesWhatSetfattrReads() {
        Map<String, byte[]> attributes = new TreeMap<>();
        attributes.put("user.a=b", new byte[] {0, (byte) 0xff});
        attributes.put("user.none", new byte[0]);
        Map<String, Map<String, byte[]>> files = new TreeMap<>(Map.of("/r/a\n\\ü", attributes, "/r/bare", Map.of()));

        assertThat(new String(ExtendedDump.encode(files), StandardCharsets.ISO_8859_1))
                .isEqualTo("# file: /r/a\\012\\134\\374\nuser.a\\075b=0sAP8=\nuser.none=0s\n\n");
    }

    /** As getfattr 2.5.1 has it. */
    @Test
    void readsWhatGetfattrWrites() {
        Map<String, Map<String, byte[]>> files = ExtendedDump.decode("""
                # file: /r/a\\012\\134b
                user.a\\075b=0sAP8=
                user.none

                # file: /r/c
                user.broken=0s!
                user.text="text"
                user.ok=0sAQ==

                """);

        assertThat(files).containsOnlyKeys("/r/a\n\\b", "/r/c");
        assertThat(files.get("/r/a\n\\b"))
                .containsExactly(entry("user.a=b", new byte[] {0, (byte) 0xff}), entry("user.none", new byte[0]));
        assertThat(files.get("/r/c")).containsExactly(entry("user.ok", new byte[] {1}));
    }

    @Test
    void whatIsSaidOfNoFileIsOfNone() {
        assertThat(ExtendedDump.decode("user.a=0sAQ==\n\nanything\n")).isEmpty();
        assertThat(ExtendedDump.decode("")).isEmpty();
    }
}
