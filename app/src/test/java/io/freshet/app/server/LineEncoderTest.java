package io.freshet.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.MessageFormatter;

class LineEncoderTest {
    private final LineEncoder encoder = new LineEncoder();

    private String line(Throwable thrown, String message, Object... arguments) {
        LoggerContext context = new LoggerContext();
        String formatted = MessageFormatter.arrayFormat(message, arguments).getMessage();
        LoggingEvent event = new LoggingEvent(
                "fqcn", context.getLogger("io.freshet.run.Engine"), Level.WARN, formatted, thrown, new Object[0]);
        event.setMDCPropertyMap(Map.of());
        return encoder.line(event);
    }

    @Test
    void eventIsOneLineOfPairs() {
        assertThat(line(null, "event=run_started target={}", "web1"))
                .matches("time=\\d{4}-\\d\\d-\\d\\dT\\S+ level=WARN logger=Engine event=run_started target=web1\n");
    }

    @Test
    void theKeysOfARunAreToldOnce() {
        LoggingEvent event = new LoggingEvent(
                "fqcn",
                new LoggerContext().getLogger("Engine"),
                Level.INFO,
                "event=run_started target=web1",
                null,
                new Object[0]);
        event.setMDCPropertyMap(new TreeMap<>(Map.of("target", "web1", "run", "17")));

        assertThat(encoder.line(event)).endsWith(" event=run_started target=web1 run=17\n");
    }

    @Test
    void proseIsQuoted() {
        assertThat(line(null, "It said \"no\"")).endsWith(" message=\"It said 'no'\"\n");
    }

    @Test
    void nameOfAFileBeginsNoLine() {
        String line =
                line(new IllegalStateException("a\nlevel=ERROR b"), "event=x path={}", "a\nlevel=ERROR \u001b[2J");

        assertThat(line).endsWith("\"\n").contains("a\\nlevel=ERROR \\u001b[2J");
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        assertThat(line).contains("trace=\"java.lang.IllegalStateException: a");
    }
}
