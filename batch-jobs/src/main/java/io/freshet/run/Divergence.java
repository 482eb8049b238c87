package io.freshet.run;

import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.ManifestEntry;
import io.freshet.target.Capability;
import io.freshet.target.TargetEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How what a target holds under a path differs from its manifest, as far as a look tells.
 *
 * @param kind what has to be put right
 * @param words both values, for a sentence
 */
record Divergence(Kind kind, String words) {
    /** What has to be put right. */
    enum Kind {
        /** Nothing is there. */
        MISSING,
        /** Something of another type is there. */
        TYPE,
        /** The content cannot be what was delivered, or need not be. */
        CONTENT,
        /** Nothing but mode, owner, extended attributes, ACLs or the time of a directory. */
        ATTRIBUTES
    }

    private static final long NANOS = 1_000_000_000L;
    /** Times that SFTP cannot tell. */
    private static final long BEYOND_SFTP = 1L << 32;
    /** Without the right to set the owner, setuid and setgid are not given to somebody else's file. */
    private static final int MODE_WITHOUT_OWNER = 01777;

    /** Returns whether all that was delivered below a directory is gone with it. */
    boolean losesSubtree(ManifestEntry held) {
        return held.isDirectory() && (kind == Kind.MISSING || kind == Kind.TYPE);
    }

    /** @param found what the target holds, with the target of a symlink; empty for nothing */
    static Optional<Divergence> between(ManifestEntry held, Optional<TargetEntry> found, Set<Capability> capabilities) {
        if (found.isEmpty()) {
            return Optional.of(new Divergence(Kind.MISSING, "is missing; the manifest has " + described(held.state())));
        }
        TargetEntry entry = found.get();
        FileState state = held.state();
        if (entry.type() != state.type()) {
            return Optional.of(
                    new Divergence(Kind.TYPE, "is " + name(entry.type()) + "; the manifest has " + described(state)));
        }
        List<String> content = new ArrayList<>();
        List<String> attributes = new ArrayList<>();
        if (state.isFile() && entry.size() != state.size()) {
            content.add("has " + entry.size() + " bytes instead of " + state.size());
        }
        if (state.linkTarget() != null && !Objects.equals(entry.linkTarget(), state.linkTarget())) {
            content.add("leads to '" + entry.linkTarget() + "' instead of '" + state.linkTarget() + "'");
        }
        boolean timeCounts = state.type() != FileType.SYMLINK || capabilities.contains(Capability.SYMLINK_ATTRIBUTES);
        if (timeCounts && !isSameTime(entry, state)) {
            (state.isDirectory() ? attributes : content)
                    .add("is of " + seconds(entry.mtimeNanos()) + " instead of " + seconds(state.mtimeNanos())
                            + " (seconds since 1970)");
        }
        if (state.type() != FileType.SYMLINK) {
            boolean ownerCounts = capabilities.contains(Capability.CHANGE_OWNER);
            int mask = ownerCounts ? -1 : MODE_WITHOUT_OWNER;
            if ((entry.mode() & mask) != (state.mode() & mask)) {
                attributes.add("has mode " + octal(entry.mode()) + " instead of " + octal(state.mode()));
            }
            if (ownerCounts && (entry.uid() != state.uid() || entry.gid() != state.gid())) {
                attributes.add("belongs to " + entry.uid() + ":" + entry.gid() + " instead of " + state.uid() + ":"
                        + state.gid());
            }
        }
        if (content.isEmpty() && attributes.isEmpty()) {
            return Optional.empty();
        }
        Kind kind = content.isEmpty() ? Kind.ATTRIBUTES : Kind.CONTENT;
        content.addAll(attributes);
        return Optional.of(new Divergence(kind, String.join(", ", content)));
    }

    private static boolean isSameTime(TargetEntry entry, FileState state) {
        long wanted = seconds(state.mtimeNanos());
        return seconds(entry.mtimeNanos()) == wanted || wanted < 0 || wanted >= BEYOND_SFTP;
    }

    private static long seconds(long nanos) {
        return Math.floorDiv(nanos, NANOS);
    }

    private static String octal(int mode) {
        return "0" + Integer.toOctalString(mode);
    }

    private static String name(FileType type) {
        String name = type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "a " + name + " there";
    }

    private static String described(FileState state) {
        return switch (state.type()) {
            case FILE -> "a file of " + state.size() + " bytes";
            case SYMLINK -> "a symlink to '" + state.linkTarget() + "'";
            default -> "a " + state.type().name().toLowerCase(Locale.ROOT);
        };
    }
}
