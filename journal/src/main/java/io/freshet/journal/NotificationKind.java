package io.freshet.journal;

import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a {@linkplain Notifications notification} is about: the payload on the channel, in lower case. */
public enum NotificationKind {
    /** The journal has new changes; sent by its writer. */
    CHANGE,
    /** A lane was given work by the other one; sent by the owner of the lease. */
    WORK,
    /** A run delivered, started or ended, or a hold opened; sent by the owner of the lease. */
    PROGRESS,
    /** A person or a program asked for something: send now, rerun, pause, a decision on a hold. */
    REQUEST,
    /** A watcher is asked for something, or has answered: a barrier, a rescan. */
    BARRIER;

    /** Returns the payload that stands for this kind. */
    public String payload() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Tells every listener, when the current transaction commits; equal ones of one transaction become one. */
    public void publish(JdbcClient jdbc) {
        jdbc.sql("""
                SELECT pg_notify(:channel, :payload)
                """)
                .param("channel", Notifications.CHANNEL)
                .param("payload", payload())
                .query()
                .singleRow();
    }
}
