package io.freshet.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonLinesTest {
    private final LoggerContext context = new LoggerContext();

    private String line(Throwable thrown, String message) {
        Encoder<ILoggingEvent> encoder = JsonLines.encoder(context);
        encoder.setContext(context);
        encoder.start();
        LoggingEvent event = new LoggingEvent(
                "fqcn", context.getLogger("io.freshet.run.Engine"), Level.WARN, message, thrown, new Object[0]);
        event.setMDCPropertyMap(Map.of("source", "content", "target", "web1", "lane", "BULK", "run", "17"));
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    @Test
    void eventIsOneObjectWithTheKeysOfItsRun() {
        String line = line(null, "event=run_started");

        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        JsonNode event = new JsonMapper().readTree(line);
        assertThat(event.at("/message").asString()).isEqualTo("event=run_started");
        assertThat(event.at("/level").asString()).isEqualTo("WARN");
        assertThat(event.at("/logger_name").asString()).isEqualTo("io.freshet.run.Engine");
        assertThat(event.at("/@timestamp").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\S+");
        assertThat(event.at("/source").asString()).isEqualTo("content");
        assertThat(event.at("/target").asString()).isEqualTo("web1");
        assertThat(event.at("/lane").asString()).isEqualTo("BULK");
        assertThat(event.at("/run").asString()).isEqualTo("17");
    }

    @Test
    void namesOfFilesAreVisible() {
        String line =
                line(new IllegalStateException("\u202egnp \u001b"), "event=x path=a\nlevel=ERROR \u202e \u001b[2J");

        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        JsonNode event = new JsonMapper().readTree(line);
        assertThat(event.at("/message").asString()).isEqualTo("event=x path=a\\nlevel=ERROR \\u202e \\u001b[2J");
        assertThat(event.at("/stack_trace").asString())
                .contains("IllegalStateException: \\u202egnp \\u001b\n\tat ")
                .doesNotContain("\u202e", "\u001b");
    }
}
