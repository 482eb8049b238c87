package io.freshet.target;

import io.freshet.path.RelativePath;
import java.util.List;

/**
 * A directory that a target lacks, and what fills it.
 *
 * @param path the directory; its parent is there
 * @param contents {@link Operation.MakeDirectory} of it and of those below it, {@link Operation.PutFile}, {@link
 *     Operation.PutSymlink}, and {@link Operation.SetAttributes} of directories; parents before what is in them
 */
public record NewDirectory(RelativePath path, List<Operation> contents) {
    /** No file that is put with a new directory is larger than so many bytes: each is held in memory for a moment. */
    public static final int LARGEST_FILE = 1 << 20;

    public NewDirectory {
        contents = List.copyOf(contents);
    }
}
