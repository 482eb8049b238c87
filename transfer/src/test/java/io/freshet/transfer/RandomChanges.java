package io.freshet.transfer;

import io.freshet.file.Attributes;
import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.Operation.Link;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Operation.RemoveDirectory;
import io.freshet.target.Operation.RemoveFile;
import io.freshet.target.Operation.Rename;
import io.freshet.target.Operation.SetAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A tree that is on a target and a random list of operations that change it, together with every state that each path has
 * in the course of them.
 *
 * <p>A state is a line of text as {@link TreeStates} makes it of what is there. Contents and symlinks are never alike, so
 * that a state tells when it was.
 */
public final class RandomChanges {
    private static final int DIRECTORIES = 5;
    private static final int FILES_IN_EACH = 6;
    private static final int MOST_SMALL = 3000;
    private static final int[] FILE_MODES = {0644, 0600, 0755, 0440};
    private static final int[] DIRECTORY_MODES = {0755, 0750, 0700, 0711};

    private final Random random;
    private final int mostLarge;
    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, String> now = new TreeMap<>();
    private final PathHistory history = new PathHistory();
    private int names;
    private int texts;
    private long bytes;

    private RandomChanges(long seed, int mostLarge) {
        random = new Random(seed);
        this.mostLarge = mostLarge;
    }

    /**
     * Fills a target root and makes a list for it.
     *
     * @param count how many changes, some of which take several operations
     * @param mostLarge bytes of the largest file
     */
    public static RandomChanges make(long seed, Path root, int count, int mostLarge) throws IOException {
        RandomChanges changes = new RandomChanges(seed, mostLarge);
        changes.prepare(root);
        for (int i = 0; i < count; i++) {
            changes.change();
        }
        return changes;
    }

    public List<Operation> operations() {
        return operations;
    }

    /** The states of every path, by the operations that bring them about. */
    public PathHistory history() {
        return history;
    }

    /** What is there in the end, by path. */
    public Map<String, String> finalStates() {
        return now;
    }

    /** How many bytes of content the operations put. */
    public long bytes() {
        return bytes;
    }

    // The tree before

    private void prepare(Path root) throws IOException {
        for (int i = 0; i < DIRECTORIES; i++) {
            String directory = (i > 2 ? "d0/" : "") + "d" + i;
            LocalModes.set(Files.createDirectory(root.resolve(directory)), 0755);
            set(directory, TreeStates.directory(0755));
            for (int j = 0; j < FILES_IN_EACH; j++) {
                String path = directory + "/f" + j;
                if (j == 0) {
                    String text = text();
                    Files.createSymbolicLink(root.resolve(path), Path.of(text));
                    set(path, TreeStates.symlink(text));
                } else {
                    Files.writeString(root.resolve(path), text());
                    LocalModes.set(root.resolve(path), 0644);
                    set(path, TreeStates.of(root.resolve(path)));
                }
            }
        }
        now.forEach(history::before);
    }

    // The list

    private void change() {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> putFile(newPath());
            case 3, 4 -> putFile(anyName(newPath()));
            case 5 -> putSymlink(random.nextBoolean() ? newPath() : anyName(newPath()));
            case 6 -> link();
            case 7 -> renameName();
            case 8 -> {
                if (random.nextBoolean()) {
                    renameDirectory();
                } else {
                    makeDirectory();
                }
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    removeDirectory(anyDirectory());
                } else {
                    remove(anyName(null));
                }
            }
        }
    }

    private void putFile(String path) {
        boolean large = random.nextInt(6) == 0;
        int size = random.nextInt(large ? mostLarge : MOST_SMALL);
        int mode = FILE_MODES[random.nextInt(FILE_MODES.length)];
        MadeContent content = MadeContent.of(size + 20, text(), mode, Account.UID, Account.GID);
        bytes += content.state().size();
        set(path, TreeStates.file(mode, content.hash().hex()));
        done(new PutFile(path(path), content.state().size(), content), path);
    }

    private void putSymlink(String path) {
        String text = text();
        set(path, TreeStates.symlink(text));
        done(new PutSymlink(path(path), text, new Attributes(0777, Account.UID, Account.GID, 0)), path);
    }

    private void link() {
        List<String> files = now.keySet().stream()
                .filter(path -> TreeStates.isFile(now.get(path)))
                .toList();
        if (files.isEmpty()) {
            return;
        }
        String existing = files.get(random.nextInt(files.size()));
        String path = random.nextBoolean() ? newPath() : anyName(newPath());
        if (!path.equals(existing)) {
            set(path, now.get(existing));
            done(new Link(path(existing), path(path)), path);
        }
    }

    private void renameName() {
        String from = anyName(null);
        String to = random.nextBoolean() ? newPath() : anyName(newPath());
        // rename(2) does nothing to two names of one file.
        if (from != null && !from.equals(to) && !now.get(from).equals(now.get(to))) {
            set(to, now.get(from));
            set(from, TreeStates.ABSENT);
            done(new Rename(path(from), path(to)), from, to);
        }
    }

    private void renameDirectory() {
        String from = anyDirectory();
        String to = newPath();
        if (to.startsWith(from + "/")) {
            return;
        }
        List<String> touched = new ArrayList<>();
        for (Map.Entry<String, String> entry : List.copyOf(new TreeMap<>(now).entrySet())) {
            String path = entry.getKey();
            if (path.equals(from) || path.startsWith(from + "/")) {
                String moved = to + path.substring(from.length());
                set(moved, entry.getValue());
                set(path, TreeStates.ABSENT);
                touched.add(path);
                touched.add(moved);
            }
        }
        done(new Rename(path(from), path(to)), touched.toArray(String[]::new));
    }

    private void makeDirectory() {
        String path = newPath();
        int mode = DIRECTORY_MODES[random.nextInt(DIRECTORY_MODES.length)];
        set(path, TreeStates.directory(0700));
        done(new MakeDirectory(path(path)), path);
        putFile(path + "/f" + names++);
        set(path, TreeStates.directory(mode));
        done(new SetAttributes(path(path), new Attributes(mode, Account.UID, Account.GID, 0)), path);
    }

    private void removeDirectory(String directory) {
        List<String> below = now.keySet().stream()
                .filter(path -> path.startsWith(directory + "/"))
                .sorted((a, b) -> b.compareTo(a))
                .toList();
        below.forEach(this::remove);
        remove(directory);
    }

    private void remove(String path) {
        if (path != null) {
            boolean directory = TreeStates.isDirectory(now.get(path));
            set(path, TreeStates.ABSENT);
            done(directory ? new RemoveDirectory(path(path)) : new RemoveFile(path(path)), path);
        }
    }

    // Words

    private void set(String path, String state) {
        if (state.equals(TreeStates.ABSENT)) {
            now.remove(path);
        } else {
            now.put(path, state);
        }
    }

    private void done(Operation operation, String... touched) {
        int index = operations.size();
        operations.add(operation);
        for (String path : touched) {
            history.after(index, path, now.getOrDefault(path, TreeStates.ABSENT));
        }
    }

    private String newPath() {
        String directory = random.nextInt(6) == 0 ? "" : anyDirectory() + "/";
        return directory + "n" + names++;
    }

    private String anyDirectory() {
        List<String> directories = now.keySet().stream()
                .filter(path -> TreeStates.isDirectory(now.get(path)))
                .toList();
        if (directories.isEmpty()) {
            String path = "n" + names++;
            set(path, TreeStates.directory(0700));
            done(new MakeDirectory(path(path)), path);
            return path;
        }
        return directories.get(random.nextInt(directories.size()));
    }

    /** A file or symlink; {@code otherwise} where there is none. */
    private String anyName(String otherwise) {
        List<String> paths = now.keySet().stream()
                .filter(path -> !TreeStates.isDirectory(now.get(path)))
                .toList();
        return paths.isEmpty() ? otherwise : paths.get(random.nextInt(paths.size()));
    }

    private String text() {
        return "text " + texts++ + " ";
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }
}
