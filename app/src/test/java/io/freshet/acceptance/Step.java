package io.freshet.acceptance;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import java.util.Locale;
import java.util.Optional;

/**
 * One step of a random sequence. A step that cannot be taken, as where a sequence was made shorter, is left out.
 *
 * @param one the path it is about, in text form below the sequence's own directory
 * @param two where that is moved to or linked from, or what a symlink says; empty where there is none
 * @param number sizes, modes and contents are made of it
 */
record Step(Kind kind, String one, String two, int number) {
    /** Kinds of steps. */
    enum Kind {
        WRITE,
        APPEND,
        OVERWRITE,
        /** The same size, the same modification time, other bytes. */
        REWRITE_UNNOTICED,
        TRUNCATE,
        DELETE,
        MKDIR,
        RMDIR,
        REMOVE_TREE,
        RENAME,
        /** Two names change places through a third. */
        SWAP,
        MOVE_OUT,
        MOVE_IN,
        SYMLINK,
        CHMOD,
        CHOWN,
        UTIMES,
        /** What was there goes away, and something of another type comes. */
        REPLACE,
        /** A temporary file is written and renamed over the path. */
        SAVE,
        FIFO,
        LINK,
        /** No step, but a wait until what happened is in the journal. */
        JOURNALED,
        /** No step, but a wait until what happened has arrived. */
        ARRIVED
    }

    private static final int[] FILE_MODES = {0644, 0600, 0444, 0755, 0640, 0400};
    private static final int[] DIRECTORY_MODES = {0755, 0700, 0750, 0711, 01777, 02755};
    /** Within what every file system can keep, long ago and to the nanosecond. */
    private static final long SOME_TIME = 1_000_000_000_123_456_789L;

    /** Takes the step below {@code base} in the source; false if it cannot be taken. */
    boolean take(Mirror mirror, String base) {
        if (kind == Kind.JOURNALED) {
            mirror.awaitJournaled();
            return true;
        }
        if (kind == Kind.ARRIVED) {
            mirror.awaitArrived();
            return true;
        }
        try {
            RelativePath in = RelativePath.parse(Mirror.SOURCE + "/" + base);
            return touch(mirror.tree(), in, RelativePath.parse(Mirror.OUTSIDE + "/" + base));
        } catch (IllegalStateException notPossible) {
            return false;
        }
    }

    private boolean touch(Tree tree, RelativePath base, RelativePath outside) {
        RelativePath path = below(base, one);
        RelativePath other = kind == Kind.SYMLINK ? path : below(base, two);
        switch (kind) {
            case WRITE -> tree.file(path, content(number));
            case APPEND -> tree.append(path, content(number));
            case OVERWRITE -> tree.overwrite(path, content(number));
            case REWRITE_UNNOTICED -> rewrite(tree, path);
            case TRUNCATE -> tree.truncate(path, number % 50);
            case DELETE -> tree.remove(path);
            case MKDIR -> tree.directory(path.toString());
            case RMDIR -> tree.removeDirectory(path);
            case REMOVE_TREE -> tree.removeTree(path);
            case RENAME -> tree.rename(path, other);
            case SWAP -> {
                RelativePath third = below(base, "third" + number);
                tree.rename(path, third);
                tree.rename(other, path);
                tree.rename(third, other);
            }
            case MOVE_OUT -> {
                tree.directory(outside.toString());
                tree.rename(path, below(outside, "moved" + number % 3));
            }
            case MOVE_IN -> {
                prepareOutside(tree, outside);
                tree.rename(below(outside, "moved" + number % 3), path);
            }
            case SYMLINK -> tree.symlink(path.toString(), two);
            case CHMOD -> chmod(tree, path);
            case CHOWN -> tree.owner(path, 1000 + number % 7, 2000 + number % 5);
            case UTIMES -> tree.modified(path, SOME_TIME + number * 1_000_001L);
            case REPLACE -> replace(tree, path);
            case SAVE -> {
                RelativePath temporary = below(base, "save" + number + ".tmp");
                tree.file(temporary, content(number));
                tree.rename(temporary, path);
            }
            case FIFO -> tree.fifo(path.toString());
            case LINK -> tree.hardLink(path, other);
            default -> throw new IllegalArgumentException(kind.name());
        }
        return true;
    }

    private static RelativePath below(RelativePath base, String text) {
        return text.isEmpty() ? base : RelativePath.parse(base + "/" + text);
    }

    /** Letters that differ with the number, a few bytes or some blocks of them. */
    private static String content(int number) {
        int length = number % 10 == 0 ? 70_000 : 11 + number % 3;
        return String.format(Locale.ROOT, "%06d", number).repeat(length / 6 + 1).substring(0, length);
    }

    private void rewrite(Tree tree, RelativePath path) {
        Optional<FileState> before = look(tree, path);
        if (before.isEmpty() || !before.get().isFile() || before.get().size() == 0) {
            throw new IllegalStateException("no file with content");
        }
        String text = content(number);
        tree.overwrite(path, text.substring(0, (int)
                Math.min(text.length(), before.get().size())));
        tree.modified(path, before.get().mtimeNanos());
    }

    private void chmod(Tree tree, RelativePath path) {
        FileState state = look(tree, path).orElseThrow(IllegalStateException::new);
        if (state.linkTarget() != null) {
            throw new IllegalStateException("a symlink has no mode");
        }
        int[] modes = state.isDirectory() ? DIRECTORY_MODES : FILE_MODES;
        tree.mode(path, modes[number % modes.length]);
    }

    private void replace(Tree tree, RelativePath path) {
        FileState state = look(tree, path).orElseThrow(IllegalStateException::new);
        if (state.isDirectory()) {
            tree.removeTree(path);
        } else {
            tree.remove(path);
        }
        int choice = number % 2;
        if (!state.isDirectory() && choice == 0) {
            tree.directory(path.toString());
            tree.file(path + "/inside", content(number));
        } else if (state.isFile() || (state.isDirectory() && choice == 0)) {
            tree.symlink(path.toString(), "a");
        } else {
            tree.file(path, content(number));
        }
    }

    private static Optional<FileState> look(Tree tree, RelativePath path) {
        try (SourceRoot root = SourceRoot.open(tree.root())) {
            return root.lstat(path);
        }
    }

    private void prepareOutside(Tree tree, RelativePath outside) {
        RelativePath made = below(outside, "moved" + number % 3);
        if (look(tree, made).isPresent()) {
            return;
        }
        tree.directory(outside.toString());
        if (number % 2 == 0) {
            tree.file(made, content(number));
        } else {
            tree.directory(made + "/deep/deeper");
            tree.file(made + "/one", content(number));
            tree.file(made + "/deep/deeper/two", content(number + 1));
        }
    }

    @Override
    public String toString() {
        return (kind + " '" + one + "' '" + two + "' " + number).replace("n".repeat(255), "n*255");
    }
}
