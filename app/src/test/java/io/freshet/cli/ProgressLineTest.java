package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProgressLineTest {
    private static JsonNode status(long web1, long web2) {
        return JsonMapper.shared().readTree("""
                {"sources":[{"targets":[{"target":"web1","pending":%d,"unplanned":0,"pendingIsExact":true},
                                        {"target":"web2","pending":%d,"unplanned":0,"pendingIsExact":false}]}]}
                """.formatted(web1, web2));
    }

    private static ProgressLine drawnNever(String target) {
        return new ProgressLine(() -> status(0, 0), target, new PrintWriter(new StringWriter()), Duration.ofDays(1));
    }

    @Test
    void theBarGrowsAsWhatWaitsGetsLess() {
        try (ProgressLine all = drawnNever(null);
                ProgressLine one = drawnNever("web2")) {
            assertThat(all.line(status(100, 100))).isEqualTo("[--------------------] wait at web1 100, web2 about 100");
            assertThat(all.line(status(0, 50))).isEqualTo("[###############-----] wait at web2 about 50");
            assertThat(all.line(status(0, 0))).isEqualTo("[####################] nothing waits any more");
            assertThat(one.line(status(100, 7))).isEqualTo("[--------------------] wait at web2 about 7");
        }
    }

    @Test
    void theLineIsRedrawnAndGoneInTheEnd() throws InterruptedException {
        StringWriter terminal = new StringWriter();
        CountDownLatch drawn = new CountDownLatch(3);
        ProgressLine line = new ProgressLine(
                () -> {
                    drawn.countDown();
                    return status(drawn.getCount(), 0);
                },
                null,
                new PrintWriter(terminal),
                Duration.ofMillis(1));

        assertThat(drawn.await(10, TimeUnit.SECONDS)).isTrue();
        line.close();

        assertThat(terminal.toString())
                .startsWith("\r[--------------------] wait at web1 2")
                .endsWith("\r\u001b[K")
                .doesNotContain("\n");
    }
}
