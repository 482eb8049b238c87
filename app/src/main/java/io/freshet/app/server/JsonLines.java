package io.freshet.app.server;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import io.freshet.cli.VisibleText;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.json.JsonWriter.MemberPath;
import org.springframework.boot.json.JsonWriter.ValueProcessor;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Writes a log event as one JSON object a line, by Spring Boot's encoder of the fields that Logstash's has. */
final class JsonLines {
    private static final String TRACE = "stack_trace";

    private JsonLines() {}

    /** Returns an encoder that only has to be started. */
    static Encoder<ILoggingEvent> encoder(LoggerContext context) {
        StandardEnvironment environment = new StandardEnvironment();
        // How lines look is said by our configuration, and by nothing that lies around in a process's environment.
        environment
                .getPropertySources()
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "freshet", Map.of("logging.structured.json.customizer", VisibleNames.class.getName())));
        context.putObject(Environment.class.getName(), environment);
        StructuredLogEncoder encoder = new StructuredLogEncoder();
        encoder.setFormat("logstash");
        return encoder;
    }

    /** Names of files are as harmless in a viewer of logs as in a line of text: JSON alone keeps only its own line whole. */
    static final class VisibleNames implements StructuredLoggingJsonMembersCustomizer<Object> {
        VisibleNames() {}

        @Override
        public void customize(JsonWriter.Members<Object> members) {
            ValueProcessor<String> visible = VisibleNames::visible;
            members.applyingValueProcessor(visible.whenInstanceOf(String.class));
        }

        private static @Nullable String visible(MemberPath path, @Nullable String text) {
            if (text == null || !TRACE.equals(path.name())) {
                return text == null ? null : VisibleText.of(text);
            }
            return text.lines()
                    .map(line ->
                            line.startsWith("\t") ? "\t" + VisibleText.of(line.substring(1)) : VisibleText.of(line))
                    .collect(Collectors.joining("\n"));
        }
    }
}
