package io.freshet.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataRunsTest {
    @Test
    void pagesOfZerosAreLeftOut() {
        byte[] block = new byte[5 * 4096 + 10];
        block[4096] = 1;
        block[3 * 4096 - 1] = 1;
        block[5 * 4096 + 9] = 1;

        assertThat(runs(block, 0)).containsExactly("4096-12288", "20480-20490");
        assertThat(runs(new byte[10_000], 0)).isEmpty();
        assertThat(runs(new byte[0], 0)).isEmpty();
    }

    @Test
    void pagesAreCountedFromTheStartOfTheFile() {
        byte[] block = new byte[3 * 4096];
        block[0] = 1;

        assertThat(runs(block, 1000)).containsExactly("0-3096");
        assertThat(runs(block, 4095)).containsExactly("0-1");
    }

    private static List<String> runs(byte[] block, long position) {
        List<String> runs = new ArrayList<>();
        int end = 0;
        for (int begin = DataRuns.begin(block, 0, block.length, position);
                begin < block.length;
                begin = DataRuns.begin(block, end, block.length, position)) {
            end = DataRuns.end(block, begin, block.length, position);
            runs.add(begin + "-" + end);
        }
        return runs;
    }
}
