package io.freshet.run;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.SourceRoot;
import io.freshet.target.NewDirectory;
import io.freshet.target.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * A directory that a target lacks, with what goes there together with it.
 *
 * @param entries the directory itself and what goes with it, parents first
 * @param laterPaths what is below it and has to be looked at by itself
 * @param laterTrees directories below it that have to be looked at with everything in them
 */
record NewTree(
        Candidate directory,
        List<DirectoryEntry> entries,
        List<RelativePath> laterPaths,
        List<RelativePath> laterTrees) {

    RelativePath path() {
        return directory.path();
    }

    /** Returns what the target is asked for; the first operation makes the directory itself. */
    NewDirectory wanted(SourceRoot root) {
        List<Operation> contents = new ArrayList<>();
        List<Operation> attributes = new ArrayList<>();
        for (DirectoryEntry entry : entries) {
            RelativePath path = entry.path();
            FileState state = entry.state();
            if (state.isDirectory()) {
                contents.add(new Operation.MakeDirectory(path));
                attributes.add(new Operation.SetAttributes(path, state.attributes()));
            } else if (state.linkTarget() != null) {
                contents.add(new Operation.PutSymlink(path, state.linkTarget(), state.attributes()));
            } else {
                contents.add(new Operation.PutFile(path, state.size(), root.content(path, state)));
            }
        }
        contents.addAll(attributes);
        return new NewDirectory(path(), contents);
    }
}
