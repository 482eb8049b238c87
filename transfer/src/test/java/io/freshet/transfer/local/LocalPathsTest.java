package io.freshet.transfer.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.path.RelativePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LocalPathsTest {
    @Test
    void anyBytesSurviveWhateverTheLocale() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] name = new byte[1 + random.nextInt(40)];
            for (int i = 0; i < name.length; i++) {
                byte octet;
                do {
                    octet = (byte) random.nextInt(256);
                } while (octet == 0 || octet == '/');
                name[i] = octet;
            }
            if (name[0] == '.') {
                name[0] = 'd';
            }
            RelativePath path = RelativePath.parse("dir").child(name);

            Path made = LocalPaths.below(Path.of("/root"), path);

            assertThat(LocalPaths.bytes(made.getFileName())).as("seed %d", seed).isEqualTo(name);
            assertThat(made.getNameCount()).isEqualTo(3);
        }
    }

    @Test
    void textsOfSymlinksStayAsTheyAre() {
        for (String text : new String[] {"a", "../a", "/a/b", "..", ".", "./a", "a/../b", "%41", "ü"}) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

            assertThat(LocalPaths.bytes(LocalPaths.ofText(bytes))).as(text).isEqualTo(bytes);
        }
    }
}
