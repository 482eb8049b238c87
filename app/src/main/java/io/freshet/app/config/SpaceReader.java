package io.freshet.app.config;

import io.freshet.policy.Space;
import io.freshet.policy.Space.MinFree;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads of {@code keep} how much room may be taken in the database. */
final class SpaceReader {
    static final Set<String> KEYS = Set.of("queue", "min-free-db", "db-disk", "db-size");

    private static final long LARGEST_QUEUE = 5_000_000;
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,2}(?:\\.\\d{1,6})?)\\s*%");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)\\s*([A-Za-z]+)");
    private static final Map<String, Long> BYTES = Map.of(
            "MB",
            1_000_000L,
            "GB",
            1_000_000_000L,
            "TB",
            1_000_000_000_000L,
            "MiB",
            1L << 20,
            "GiB",
            1L << 30,
            "TiB",
            1L << 40);

    private SpaceReader() {}

    /**
     * Returns what is written, and the defaults where nothing is, or something wrong.
     *
     * @param embedded where the embedded database is; null where another one is used
     * @param remarks is told of what is not looked at
     */
    static Space read(Optional<Section> keep, FileChecks files, @Nullable Path embedded, List<String> remarks) {
        Optional<Value> minFree = keep.flatMap(section -> section.value("min-free-db"));
        Optional<Value> written = keep.flatMap(section -> section.value("db-disk"));
        Optional<Value> size = keep.flatMap(section -> section.value("db-size"));
        long queue = keep.flatMap(section -> section.value("queue"))
                .flatMap(value -> value.number(Space.SMALLEST_QUEUE, LARGEST_QUEUE))
                .orElse(Space.DEFAULT.queue());
        written.filter(value -> embedded != null)
                .ifPresent(value -> value.wrong("has no meaning for the embedded database, which is in data-dir"));
        size.filter(value -> embedded != null || written.isPresent())
                .ifPresent(value -> value.wrong("has no meaning where the disk itself can be asked; leave it out"));
        MinFree free =
                minFree.flatMap(value -> value.read(SpaceReader::minFree)).orElse(MinFree.DEFAULT);
        Path disk = written.flatMap(files::directory).orElse(embedded);
        OptionalLong room = size.flatMap(value -> value.read(SpaceReader::bytes)).stream()
                .mapToLong(Long::longValue)
                .findFirst();
        if (disk == null && room.isEmpty()) {
            minFree.ifPresent(value -> value.wrong("cannot be kept, as nothing says how much room the database has: add"
                    + " db-disk, a directory on its disk, or db-size, how large it may become"));
            if (minFree.isEmpty()) {
                remarks.add(
                        "How much room is left on the database's disk is not looked at: keep.db-disk, a directory on"
                                + " its disk, or keep.db-size, how large it may become, would say it.");
            }
        }
        return new Space(queue, free, disk, room);
    }

    private static MinFree minFree(String text) {
        if (text.equals("0")) {
            return MinFree.of(0);
        }
        Matcher percent = PERCENT.matcher(text);
        return percent.matches() ? MinFree.ofDisk(Double.parseDouble(percent.group(1))) : MinFree.of(bytes(text));
    }

    private static long bytes(String text) {
        Matcher size = SIZE.matcher(text);
        Long unit = size.matches() ? BYTES.get(size.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no size; write a number and one of the units MB, GB and TB, for example 2GB");
        }
        return new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(unit)).longValue();
    }
}
