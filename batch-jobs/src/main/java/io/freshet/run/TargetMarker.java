package io.freshet.run;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in {@code .freshet/marker} on a target: whose it is, and of which {@linkplain
 * io.freshet.journal.TargetGeneration generation}.
 *
 * @param target the nonce that the target got when it was first marked
 * @param generation null in a marker of before there were any, or in one that was damaged
 */
record TargetMarker(
        UUID installation, UUID target, @Nullable UUID generation) {
    private static final String NONCE = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
    private static final Pattern FORM = Pattern.compile(
            "freshet installation " + NONCE + " target " + NONCE + "\n(?:generation " + NONCE + "\n)?.*",
            Pattern.DOTALL);

    /** Returns what a marker says; empty if no Freshet wrote it. */
    static Optional<TargetMarker> parse(byte[] content) {
        Matcher matcher = FORM.matcher(new String(content, StandardCharsets.UTF_8));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String generation = matcher.group(3);
        return Optional.of(new TargetMarker(
                UUID.fromString(matcher.group(1)),
                UUID.fromString(matcher.group(2)),
                generation == null ? null : UUID.fromString(generation)));
    }

    TargetMarker of(UUID newGeneration) {
        return new TargetMarker(installation, target, newGeneration);
    }

    byte[] content() {
        String first = "freshet installation " + installation + " target " + target + "\n";
        return (generation == null ? first : first + "generation " + generation + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
