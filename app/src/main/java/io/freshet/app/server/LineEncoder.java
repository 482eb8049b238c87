package io.freshet.app.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.freshet.cli.VisibleText;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes a log event as one line of {@code key=value} pairs, in which no name of a file can begin another line. */
final class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    private final DateTimeFormatter time = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return line(event).getBytes(StandardCharsets.UTF_8);
    }

    String line(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        line.append("time=").append(time.format(event.getInstant()));
        line.append(" level=").append(event.getLevel());
        String logger = event.getLoggerName();
        line.append(" logger=").append(logger, logger.lastIndexOf('.') + 1, logger.length());
        String message = VisibleText.of(String.valueOf(event.getFormattedMessage()));
        if (message.startsWith("event=")) {
            line.append(' ').append(message);
        } else {
            line.append(" message=");
            appendQuoted(line, message);
        }
        event.getMDCPropertyMap().forEach((key, value) -> {
            if (!message.contains(" " + key + "=")) {
                line.append(' ').append(key).append('=').append(VisibleText.of(value));
            }
        });
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            String trace = ThrowableProxyUtil.asString(thrown).strip().replaceAll("\\R\\s*", " | ");
            line.append(" trace=");
            appendQuoted(line, VisibleText.of(trace));
        }
        return line.append('\n').toString();
    }

    private static void appendQuoted(StringBuilder line, String text) {
        line.append('"').append(text.replace("\"", "'")).append('"');
    }
}
