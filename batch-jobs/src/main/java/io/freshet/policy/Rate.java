package io.freshet.policy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes per second as people write them, alike in the configuration, in the API and on pages. */
public final class Rate {
    private static final String UNLIMITED = "unlimited";
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*)/s");

    /** As on the labels of disks and lines: k is a thousand, Ki is 1024. */
    private static final Map<String, Long> BYTES = Map.ofEntries(
            Map.entry("B", 1L),
            Map.entry("kB", 1_000L),
            Map.entry("KB", 1_000L),
            Map.entry("MB", 1_000_000L),
            Map.entry("GB", 1_000_000_000L),
            Map.entry("TB", 1_000_000_000_000L),
            Map.entry("KiB", 1L << 10),
            Map.entry("MiB", 1L << 20),
            Map.entry("GiB", 1L << 30),
            Map.entry("TiB", 1L << 40));

    private Rate() {}

    /**
     * Reads {@code 200MB/s} or {@code 1.5GiB/s}, or {@code unlimited}, which is empty.
     *
     * @throws IllegalArgumentException with a message that says what is expected
     */
    public static OptionalLong parse(String text) {
        if (text.equals(UNLIMITED)) {
            return OptionalLong.empty();
        }
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        Long unit = matcher.matches() ? BYTES.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("'" + text
                    + "' is no bandwidth; write a number and a unit such as kB/s, MB/s or GB/s, for example 200MB/s");
        }
        BigDecimal rate = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
        if (rate.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        long bytes = rate.setScale(0, RoundingMode.HALF_UP).longValueExact();
        if (bytes == 0) {
            throw new IllegalArgumentException(
                    "a bandwidth of nothing would never send anything; to stop a target use 'freshet pause'");
        }
        return OptionalLong.of(bytes);
    }
}
