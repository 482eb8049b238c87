package io.freshet.architecture.violations.like.journal;

/** A statement in which {@code _} in a name matches any character. */
final class Statement {
    String text() {
        return """
            SELECT count(*) FROM work_item
            WHERE target_id = :target AND path LIKE :prefix
            """;
    }
}
