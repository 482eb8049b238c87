package io.freshet.app.config;

import io.freshet.filter.FilterRules;
import io.freshet.policy.Policy;
import io.freshet.policy.Rate;
import io.freshet.run.SourceDefinition;
import io.freshet.run.TargetDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads {@code sources}. */
final class SourceReader {
    static final Set<String> KEYS = Set.of(
            "name", "path", "exclude", "include", "exclude-from", "filter", "rescan-every", "bandwidth", "targets");

    private static final Duration LEAST_RESCAN_EVERY = Duration.ofMinutes(1);

    /** The root of a source, and where the file says so. */
    record Root(Value value, Path path) {}

    private final FileChecks files;
    private final TargetReader targetReader;
    private final Set<String> names = new HashSet<>();
    private final List<Root> roots = new ArrayList<>();

    SourceReader(FileChecks files, Map<String, Policy> policies) {
        this.files = files;
        this.targetReader = new TargetReader(files, policies);
    }

    List<Root> roots() {
        return roots;
    }

    List<TargetReader.Place> targets() {
        return targetReader.places();
    }

    List<String> remarks() {
        return targetReader.remarks();
    }

    List<SourceDefinition> read(Value sources) {
        List<SourceDefinition> read = new ArrayList<>();
        for (Value value : sources.sequence("sources: [{name: content, path: /srv/content, targets: […]}]")) {
            value.section(KEYS, "{name: content, path: /srv/content, targets: […]}")
                    .flatMap(this::source)
                    .ifPresent(read::add);
        }
        if (sources.isEmptyList()) {
            sources.wrong("is empty; name at least one source");
        }
        return read;
    }

    private Optional<SourceDefinition> source(Section section) {
        Optional<String> name = section.required("name", "what pages and commands call the source by")
                .flatMap(value -> value.read(this::newName));
        Optional<Path> path = section.required("path", "the directory to replicate, for example /srv/content")
                .flatMap(this::root);
        Optional<FilterRules> filter = new FilterReader(files).read(section, path);
        List<TargetDefinition> targets = section.required(
                        "targets", "where to; write targets: [{name: …, url: …, identity-file: …, known-hosts: …}]")
                .map(targetReader::read)
                .orElse(List.of());
        // off is no duration; what is wrong was reported, so that any will do for the rest of the check.
        Optional<Duration> rescanEvery = section.value("rescan-every")
                .map(value -> value.read(SourceReader::rescanEvery).orElse(SourceDefinition.RESCAN_EVERY))
                .or(() -> Optional.of(SourceDefinition.RESCAN_EVERY))
                .filter(every -> !every.isZero());
        OptionalLong bandwidth = section.value("bandwidth")
                .flatMap(value -> value.read(Rate::parse))
                .orElse(OptionalLong.empty());
        if (name.isEmpty() || path.isEmpty() || filter.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SourceDefinition(
                name.get(), path.get(), filter.get(), targets, bandwidth, rescanEvery.orElse(null)));
    }

    /** Reads how often everything is compared with the catalogue; {@code off}, which is zero, for never. */
    private static Duration rescanEvery(String text) {
        if (text.equals("off")) {
            return Duration.ZERO;
        }
        Duration every = Quantity.duration(text);
        if (every.compareTo(LEAST_RESCAN_EVERY) < 0) {
            throw new IllegalArgumentException("'" + text
                    + "' is too often: a rescan looks at every file; write at least 1m, for example 24h, or off");
        }
        return every;
    }

    private Optional<Path> root(Value value) {
        Optional<Path> root = files.directory(value);
        root.ifPresent(path -> roots.add(new Root(value, path)));
        return root;
    }

    private String newName(String text) {
        if (!names.add(Names.check(text))) {
            throw new IllegalArgumentException("there is another source '" + text + "' already; names must be unique");
        }
        return text;
    }
}
