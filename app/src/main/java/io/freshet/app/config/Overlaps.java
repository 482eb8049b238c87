package io.freshet.app.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Finds what lies in something else and would be replicated in circles, overwritten or published (rules 48 and 50). */
final class Overlaps {
    private final List<SourceReader.Root> sources;
    private final List<TargetReader.Place> targets;

    Overlaps(List<SourceReader.Root> sources, List<TargetReader.Place> targets) {
        this.sources = sources;
        this.targets = targets;
    }

    void report(List<FileChecks.Own> own) {
        for (FileChecks.Own thing : own) {
            reportOwn(thing);
        }
        for (int i = 0; i < targets.size(); i++) {
            TargetReader.Place target = targets.get(i);
            for (SourceReader.Root source : sources) {
                reportLoop(target, source);
            }
            for (TargetReader.Place earlier : targets.subList(0, i)) {
                reportTwins(target, earlier);
            }
        }
    }

    private void reportOwn(FileChecks.Own thing) {
        Path path = real(thing.path());
        for (SourceReader.Root source : sources) {
            if (path.startsWith(real(source.path()))) {
                thing.value()
                        .wrong("'" + thing.path() + "' lies in the source '" + source.path()
                                + "' and would be replicated; put it elsewhere");
            }
        }
        for (TargetReader.Place target : targets) {
            if (TargetUrl.isLocal(target.url()) && path.startsWith(real(root(target.url())))) {
                thing.value()
                        .wrong("'" + thing.path() + "' lies in the target '" + target.name() + "'; put it elsewhere");
            }
        }
    }

    private static void reportLoop(TargetReader.Place target, SourceReader.Root source) {
        if (!TargetUrl.isLocal(target.url())) {
            return;
        }
        Path to = real(root(target.url()));
        Path from = real(source.path());
        if (to.startsWith(from)) {
            target.value()
                    .wrong("lies in the source '" + source.path() + "': what arrives there would be a change again");
        } else if (from.startsWith(to)) {
            target.value()
                    .wrong("lies above the source '" + source.path()
                            + "': the source would be taken for a part of the copy");
        }
    }

    private static void reportTwins(TargetReader.Place target, TargetReader.Place earlier) {
        if (!target.through().equals(earlier.through())
                || !TargetUrl.realm(target.url()).equals(TargetUrl.realm(earlier.url()))) {
            return;
        }
        boolean isLocal = TargetUrl.isLocal(target.url());
        Path one = isLocal ? real(root(target.url())) : root(target.url());
        Path other = isLocal ? real(root(earlier.url())) : root(earlier.url());
        if (one.equals(other)) {
            target.value().wrong("is the same place as target '" + earlier.name() + "'");
        } else if (one.startsWith(other)) {
            target.value().wrong("lies in target '" + earlier.name() + "'");
        } else if (other.startsWith(one)) {
            target.value().wrong("lies above target '" + earlier.name() + "'");
        }
    }

    private static Path root(URI url) {
        return Path.of(url.getPath()).normalize();
    }

    /** Returns where a path really leads, as far as it exists. */
    private static Path real(Path path) {
        Path existing = path;
        while (existing != null) {
            try {
                return existing.toRealPath().resolve(existing.relativize(path)).normalize();
            } catch (IOException missing) {
                existing = existing.getParent();
            }
        }
        return path;
    }
}
