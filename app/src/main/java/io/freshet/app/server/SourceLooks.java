package io.freshet.app.server;

import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.filter.FilterRules;
import io.freshet.filter.WrittenRule;
import io.freshet.journal.SourceLook;
import io.freshet.path.RelativePath;
import io.freshet.posix.SourceRoot;
import io.freshet.run.SourceDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the sources of a configuration on this machine.
 *
 * <p>Nobody waits for a disk that does not answer: after a second nothing is told, and while as many looks hang as there are
 * threads for them, at once. Where a look may show what was there a while ago (rule 12), it tells nothing either.
 */
final class SourceLooks implements SourceLook {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int AT_ONCE = 4;

    private final Map<String, SourceDefinition> sources = new HashMap<>();
    private final ExecutorService looking =
            new ThreadPoolExecutor(0, AT_ONCE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                Thread thread = new Thread(work, "source-look");
                thread.setDaemon(true);
                return thread;
            });

    SourceLooks(List<SourceDefinition> sources) {
        sources.forEach(source -> this.sources.put(source.name(), source));
    }

    @Override
    public Optional<Seen> look(String name, RelativePath path) {
        SourceDefinition source = sources.get(name);
        return source == null ? Optional.empty() : inTime(() -> look(source, path));
    }

    @Override
    public Optional<String> exclusion(String name, RelativePath path) {
        SourceDefinition source = sources.get(name);
        if (source == null) {
            return Optional.empty();
        }
        boolean asFile = source.filter().excludes(path, false);
        boolean asDirectory = source.filter().excludes(path, true);
        if (asFile == asDirectory) {
            return asFile ? Optional.of(rule(source, path, false)) : Optional.empty();
        }
        Optional<Boolean> isDirectory = inTime(() -> isDirectory(source, path));
        return isDirectory
                .filter(directory -> directory ? asDirectory : asFile)
                .map(directory -> rule(source, path, directory));
    }

    @Override
    public Optional<List<WrittenRule>> rules(String name) {
        return Optional.ofNullable(sources.get(name))
                .map(source -> source.filter().written());
    }

    private static String rule(SourceDefinition source, RelativePath path, boolean directory) {
        return source.filter().explain(path, directory).exclusion().words(path);
    }

    private static Optional<Boolean> isDirectory(SourceDefinition source, RelativePath path) {
        try (SourceRoot root = SourceRoot.open(source.path())) {
            return root.lstat(path).map(FileState::isDirectory);
        } catch (FreshetException e) {
            return Optional.empty();
        }
    }

    private <T> Optional<T> inTime(Callable<Optional<T>> look) {
        try {
            return looking.submit(look).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException | ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Seen> look(SourceDefinition source, RelativePath path) {
        try (SourceRoot root = SourceRoot.open(source.path())) {
            if (root.mount().staleness().isPresent()
                    || root.mounts().stream()
                            .anyMatch(point -> path.isAtOrBelow(point.path())
                                    && point.mount().staleness().isPresent())) {
                return Optional.empty();
            }
            FileState state = root.lstat(path).orElse(null);
            return isLeftOut(source.filter(), path, state)
                    ? Optional.empty()
                    : Optional.of(new Seen(root.readIdentity().text(), state));
        } catch (FreshetException e) {
            return Optional.empty();
        }
    }

    /** Of what is not there nobody knows whether it was a directory. */
    private static boolean isLeftOut(FilterRules filter, RelativePath path, @Nullable FileState state) {
        return state == null
                ? filter.excludes(path, false) || filter.excludes(path, true)
                : filter.excludes(path, state.isDirectory());
    }
}
