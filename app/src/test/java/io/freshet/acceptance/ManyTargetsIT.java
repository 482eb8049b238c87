package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fifty targets, of which five are dead and five slow: the others do not wait for them. */
class ManyTargetsIT {
    private static final Path BENCHMARK = Path.of("..", "benchmarks", "many-targets");

    @BeforeAll
    static void needsSshd() {
        OpenSshServer.require();
    }

    @Test
    @Tag("nightly")
    void whatIsDeadOrSlowHoldsUpNoOther() throws IOException, InterruptedException {
        Process benchmark = new ProcessBuilder("python3", BENCHMARK.toString(), "--goal", "2")
                .redirectErrorStream(true)
                .start();
        String told = new String(benchmark.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(told);
        assertThat(benchmark.waitFor()).as(told).isZero();
    }
}
