package io.freshet.web.report;

import io.freshet.journal.RunRecord;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One object: the run, the filter, and as its last member the items. In ASCII, so that no name does anything to a terminal. Never
 * closed, lest it complete what was broken off.
 */
final class JsonReport implements ReportFormat {
    private final JsonGenerator json;

    JsonReport(JsonMapper mapper, OutputStream out) {
        json = mapper.writer()
                .without(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                .createGenerator(out);
    }

    @Override
    public void begin(RunRecord run, @Nullable String outcome) {
        json.writeStartObject();
        json.writePOJOProperty("run", run);
        json.writeStringProperty("outcome", outcome);
        json.writeArrayPropertyStart("items");
    }

    @Override
    public void line(ReportLine line) {
        json.writePOJO(line);
    }

    @Override
    public void end() {
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
    }
}
