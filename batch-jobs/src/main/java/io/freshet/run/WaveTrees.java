package io.freshet.run;

import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.target.NewDirectory;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The new directories that a wave sends whole (docs/adr/0013-whole-directories.md). Used by one thread.
 */
final class WaveTrees {
    private final RunScope scope;
    private final Wave wave;

    WaveTrees(RunScope scope, Wave wave) {
        this.scope = scope;
        this.wave = wave;
    }

    void put(List<NewTree> trees) {
        if (trees.isEmpty() || wave.isBroken()) {
            return;
        }
        wave.openParents(trees.stream().map(NewTree::path).toList());
        List<NewDirectory> wanted =
                trees.stream().map(tree -> tree.wanted(scope.root())).toList();
        List<List<Result>> results = scope.session().putWhole(wanted, scope);
        for (int i = 0; i < trees.size(); i++) {
            put(trees.get(i), wanted.get(i).contents(), results.get(i));
        }
    }

    private void put(NewTree tree, List<Operation> contents, List<Result> results) {
        Candidate directory = tree.directory();
        if (results.get(0) instanceof Result.Failed failed) {
            wave.endIfConcerned(failed);
            // It is sent entry by entry instead, and nothing speaks for doing that later.
            wave.failNow(directory, failed);
            return;
        }
        Map<RelativePath, Result> ends = new HashMap<>();
        for (int i = 0; i < contents.size(); i++) {
            ends.put(contents.get(i).path(), results.get(i));
        }
        List<RelativePath> unread = new ArrayList<>();
        for (DirectoryEntry entry : tree.entries()) {
            if (ends.get(entry.path()) instanceof Result.Done done) {
                FileState delivered = done.delivered() == null ? entry.state() : done.delivered();
                wave.transferred(directory.item(), entry.path(), delivered, done, null);
            } else {
                unread.add(entry.path());
            }
        }
        wave.record().alsoLookAt(directory.item(), unread, ChangeKind.PATH);
        wave.record().alsoLookAt(directory.item(), tree.laterPaths(), ChangeKind.PATH);
        wave.record().alsoLookAt(directory.item(), tree.laterTrees(), ChangeKind.TREE);
        wave.record().close(directory.item(), directory.lookedAt());
        wave.directories().add(directory.path());
        wave.directories().touchParentOf(directory.path());
    }
}
