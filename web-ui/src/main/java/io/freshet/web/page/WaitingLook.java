package io.freshet.web.page;

import io.freshet.journal.QueuedItem;
import io.freshet.journal.RescanReason;
import io.freshet.journal.SourceBook;
import io.freshet.journal.Wording;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How what waits looks on pages: items of queues, and comparisons of sources. For templates. */
public final class WaitingLook {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEE d MMM HH:mm", Locale.ENGLISH);

    /** What an item waits for. */
    public Look.Badge state(QueuedItem item) {
        return switch (item.state()) {
            case HELD -> new Look.Badge("held", "held", "Held");
            case NEEDS_PERSON -> new Look.Badge("error", "err", "Failed: needs you");
            case RETRIED -> new Look.Badge("retry", "warn", "Tried again by itself");
            case POSTPONED -> new Look.Badge("wait", "neu", "Waits for others");
            case SETTLING -> new Look.Badge("wait", "neu", "Until it is quiet");
            case READY -> new Look.Badge("wait", "info", "Its turn");
        };
    }

    /** That trying again does not help. */
    public Look.Badge person() {
        return new Look.Badge("error", "err", "Needs you");
    }

    /** Why, where that is more than the state says; null where not. */
    public @Nullable String because(QueuedItem item) {
        return switch (item.state()) {
            case NEEDS_PERSON, RETRIED ->
                "%s%s; failed %s"
                        .formatted(Wording.code(item.errorCode()), phase(item.phase()), times(item.attempts()));
            case POSTPONED -> item.postponedBecause();
            default -> null;
        };
    }

    /** How often something was done. */
    public String times(int attempts) {
        return attempts == 1 ? "once" : Wording.count(attempts) + "\u00a0times";
    }

    /** Where something failed, to be appended to why. */
    public String phase(@Nullable String phase) {
        return phase == null || phase.isEmpty() ? "" : ", at: " + phase.replace('_', ' ');
    }

    /** What is looked at for an item. */
    public String kind(QueuedItem item) {
        return switch (item.kind()) {
            case PATH -> item.movedFrom() == null ? "Path" : "Move";
            case DIR -> "Folder, one level";
            case TREE -> "Folder and all below";
        };
    }

    /** A moment with its weekday, as windows are told. */
    public String day(ZonedDateTime moment) {
        return DAY.format(moment);
    }

    /** How far a comparison of a source is. */
    public Look.Badge rescan(SourceBook.Comparison rescan) {
        if (rescan.finishedAt() != null) {
            return rescan.unreadable() > 0
                    ? new Look.Badge("warn", "warn", "Done, " + Wording.count(rescan.unreadable()) + " unreadable")
                    : new Look.Badge("ok", "ok", "Done");
        }
        return rescan.begunAt() == null
                ? new Look.Badge("wait", "neu", "Waits")
                : new Look.Badge("scan", "info", "Under way");
    }

    /** Why a source was compared. */
    public String why(RescanReason reason) {
        return switch (reason) {
            case START -> "Freshet was started";
            case OVERFLOW -> "Events were lost";
            case SCAN -> "No events come from there";
            case REQUEST -> "Somebody asked";
            case SCHEDULE -> "Schedule";
        };
    }
}
