package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.FileState;
import io.freshet.journal.HoldReason;
import io.freshet.path.RelativePath;
import io.freshet.posix.SourceRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches that a target does not lie in its source, nor the source in it (rule 50): what is delivered would be a change there,
 * and be delivered again, without end.
 *
 * <p>By whatever way a target is reached, also by SSH to ourselves, its marker is then a file of the source, or of a directory
 * above it. A marker that Freshet may not read tells nothing. Thread-safe.
 */
final class LoopGuard {
    private static final String MARKER = "marker";
    private static final int LARGEST_MARKER = 4096;

    private final Stores stores;

    LoopGuard(Stores stores) {
        this.stores = stores;
    }

    /**
     * Looks, before anything is delivered, at the source's root, at what is above it, and at where a loop was found before;
     * ends the hold if there is none any more.
     *
     * @throws FreshetException with {@code TARGET_ROOT_SUSPECT}
     */
    void check(RunScope scope) {
        if (isIn(scope, RelativePath.ROOT)) {
            throw hold(scope, RelativePath.ROOT, "the target is the source's own root directory");
        }
        Path above = above(scope.served().source().path());
        while (above != null && !isIn(scope, above)) {
            above = above.getParent();
        }
        if (above != null) {
            throw hold(scope, RelativePath.ROOT, "the source lies in the target, whose root is " + above);
        }
        stores.holds().openSubject(scope.target(), HoldReason.TARGET_LOOP).ifPresent(before -> {
            check(scope, List.of(RelativePath.parse(before)));
            stores.holds().resolve(scope.lease(), EnumSet.of(HoldReason.TARGET_LOOP));
        });
    }

    /**
     * Looks in directories of the source from which something is to be delivered, unless this run has looked there already.
     *
     * @throws FreshetException with {@code TARGET_ROOT_SUSPECT}
     */
    void check(RunScope scope, Collection<RelativePath> directories) {
        for (RelativePath directory : directories) {
            boolean loops = !directory.isRoot()
                    && scope.looksForLoopIn(directory)
                    && isIn(scope, directory)
                    && !scope.isExcluded(directory, true);
            if (loops) {
                throw hold(scope, directory, "the target lies in the source, at '" + directory + "'");
            }
        }
    }

    private static @Nullable Path above(Path source) {
        try {
            return source.toRealPath().getParent();
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean isIn(RunScope scope, RelativePath directory) {
        SourceRoot root = scope.root();
        RelativePath path = directory.child(bytes(RelativePath.RESERVED_NAME)).child(bytes(MARKER));
        try {
            Optional<FileState> state =
                    root.lstat(path).filter(found -> found.isFile() && found.size() <= LARGEST_MARKER);
            return state.isPresent() && isOf(scope, read(root.content(path, state.get())));
        } catch (FreshetException e) {
            if (e.code().concernsWholeTarget()) {
                throw e;
            }
            return false;
        }
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] read(Content content) {
        byte[] bytes = new byte[LARGEST_MARKER];
        int length = 0;
        try (Content.Reading reading = content.open()) {
            int count = 0;
            while (count >= 0 && length < bytes.length) {
                length += count;
                count = reading.read(bytes, length, bytes.length - length);
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    private static boolean isIn(RunScope scope, Path directory) {
        Path path = directory.resolve(RelativePath.RESERVED_NAME).resolve(MARKER);
        try {
            return Files.isRegularFile(path)
                    && Files.size(path) <= LARGEST_MARKER
                    && isOf(scope, Files.readAllBytes(path));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOf(RunScope scope, byte[] content) {
        return TargetMarker.parse(content)
                .filter(found -> found.target().equals(scope.state().marker()))
                .isPresent();
    }

    private FreshetException hold(RunScope scope, RelativePath at, String what) {
        String text = "target " + scope.served().name() + " is held: " + what
                + ", so that whatever is delivered would be delivered again without end; correct the url or the source's"
                + " path" + (at.isRoot() ? "" : ", or exclude '" + at + "'");
        stores.holds().hold(scope.lease(), HoldReason.TARGET_LOOP, text, at.toString(), null, List.of());
        return new FreshetException(ErrorCode.TARGET_ROOT_SUSPECT, text);
    }
}
