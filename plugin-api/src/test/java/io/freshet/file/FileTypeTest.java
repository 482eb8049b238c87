package io.freshet.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileTypeTest {
    @ParameterizedTest
    @CsvSource({
        "0100644, FILE",
        "0104755, FILE",
        "0040755, DIRECTORY",
        "0041777, DIRECTORY",
        "0120777, SYMLINK",
        "0010600, FIFO",
        "0140755, SOCKET",
        "0020666, CHARACTER_DEVICE",
        "0060660, BLOCK_DEVICE"
    })
    void readsWhatStatTells(String octalMode, FileType type) {
        assertThat(FileType.ofMode(Integer.parseInt(octalMode, 8))).isEqualTo(type);
    }

    @ParameterizedTest
    @EnumSource
    void givesBackCodeAndBits(FileType type) {
        assertThat(FileType.ofCode(type.code())).isEqualTo(type);
        assertThat(FileType.ofMode(type.formatBits())).isEqualTo(type);
        assertThat(FileType.ofMode(type.formatBits() | 07777)).isEqualTo(type);
    }

    /** Only these bits are a format; every other combination is refused. */
    @Test
    void knowsNoOtherFormat() {
        int known = 0;
        for (int format = 0; format < 16; format++) {
            int mode = format << 12;
            try {
                FileType.ofMode(mode);
                known++;
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("mode 0" + Integer.toOctalString(mode));
            }
        }
        assertThat(known).isEqualTo(FileType.values().length);
    }

    @ParameterizedTest
    @ValueSource(chars = {'F', 'x', '\0', 'D'})
    void refusesOtherCodes(char code) {
        assertThatThrownBy(() -> FileType.ofCode(code)).isInstanceOf(IllegalArgumentException.class);
    }
}
