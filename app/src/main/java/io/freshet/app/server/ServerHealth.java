package io.freshet.app.server;

import io.freshet.journal.DatabaseSpace;
import io.freshet.journal.Shortage;
import io.freshet.run.RunThreads;
import io.freshet.web.monitoring.NodeHealth;
import io.freshet.web.monitoring.PatientReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How the parts of a server are, as far as its roles go. Anybody may ask: no names, no messages of failures, and the database
 * is asked once a second at most.
 */
final class ServerHealth implements NodeHealth, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration ANSWER_LASTS = Duration.ofSeconds(1);

    private enum DatabaseState {
        AWAY,
        WITHOUT_SCHEMA,
        READY,
        /** It answers, and so little of its disk is free that nothing goes by the bulk lanes. */
        SHORT_OF_SPACE
    }

    private record Seen(DatabaseState state, long at) {}

    private final Set<Role> roles;
    private final SourceWatchers watchers;
    private final Supplier<@Nullable RunThreads> runs;
    private final JdbcClient jdbc;
    private final DatabaseSpace space;
    private final PatientReader reader = new PatientReader(PATIENCE);
    private @Nullable Seen seen;

    /** @param runs null where this server delivers nothing */
    ServerHealth(Set<Role> roles, SourceWatchers watchers, Supplier<@Nullable RunThreads> runs, DataSource dataSource) {
        this.roles = Set.copyOf(roles);
        this.watchers = watchers;
        this.runs = runs;
        this.jdbc = JdbcClient.create(dataSource);
        this.space = new DatabaseSpace(dataSource);
    }

    @Override
    public List<Part> alive() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("web", true, "answers"));
        if (roles.contains(Role.WATCH)) {
            boolean ok = !watchers.haveStarted() || watchers.areAlive();
            parts.add(new Part("watch", ok, threads(watchers.haveStarted(), ok)));
        }
        RunThreads engine = runs.get();
        if (engine != null) {
            boolean ok = !engine.haveStarted() || engine.areAlive();
            parts.add(new Part("run", ok, threads(engine.haveStarted(), ok)));
        }
        return parts;
    }

    private static String threads(boolean started, boolean alive) {
        return !started ? "is starting" : alive ? "its threads run" : "a thread of it has ended";
    }

    @Override
    public List<Part> ready() {
        DatabaseState database = database();
        List<Part> parts = new ArrayList<>();
        boolean answers = database != DatabaseState.AWAY;
        parts.add(new Part("database", answers, answers ? "answers" : "does not answer"));
        parts.add(new Part(
                "schema",
                database == DatabaseState.READY || database == DatabaseState.SHORT_OF_SPACE,
                switch (database) {
                    case READY, SHORT_OF_SPACE -> "is that of this version";
                    case WITHOUT_SCHEMA -> "is missing";
                    case AWAY -> "not known";
                }));
        if (database == DatabaseState.SHORT_OF_SPACE) {
            parts.add(
                    new Part("space", false, "the database's disk is short of space: nothing goes by the bulk lanes"));
        }
        if (roles.contains(Role.WATCH)) {
            parts.add(watch());
        }
        RunThreads engine = runs.get();
        if (engine != null) {
            boolean ok = engine.areAlive();
            parts.add(new Part("run", ok, threads(engine.haveStarted(), ok)));
        }
        return parts;
    }

    private Part watch() {
        if (!watchers.haveStarted()) {
            return new Part("watch", false, "is starting");
        }
        long observed = watchers.observed();
        int sources = watchers.sources();
        int others = watchers.standingBy();
        String standingBy = others == 0 ? "" : ", " + others + " by another node";
        return new Part("watch", observed == sources, observed + " of " + sources + " sources observed" + standingBy);
    }

    private synchronized DatabaseState database() {
        Seen last = seen;
        if (last == null || System.nanoTime() - last.at > ANSWER_LASTS.toNanos()) {
            Optional<DatabaseState> answer = reader.ask(this::look);
            last = new Seen(answer.orElse(DatabaseState.AWAY), System.nanoTime());
            seen = last;
        }
        return last.state;
    }

    private DatabaseState look() {
        jdbc.sql("SELECT 1").query(Integer.class).single();
        try {
            jdbc.sql("SELECT count(*) FROM installation").query(Long.class).single();
            boolean isShort = space.seen()
                    .filter(seen -> seen.shortage() == Shortage.BULK)
                    .isPresent();
            return isShort ? DatabaseState.SHORT_OF_SPACE : DatabaseState.READY;
        } catch (DataAccessException missing) {
            return DatabaseState.WITHOUT_SCHEMA;
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
