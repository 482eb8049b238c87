package io.freshet.run;

import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * Whose turn it is to look at a directory of one target's source and set its attributes on the target: one lane's at a time,
 * so that who looked last has set last. Thread-safe.
 */
final class DirectoryTurns {
    private final Set<RelativePath> taken = new HashSet<>();

    /** Waits until none of the directories is another's, and takes all of them at once; for a moment only. */
    synchronized void take(Collection<RelativePath> directories) {
        boolean interrupted = false;
        while (!Collections.disjoint(taken, directories)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        taken.addAll(directories);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives them back. */
    synchronized void giveBack(Collection<RelativePath> directories) {
        directories.forEach(taken::remove);
        notifyAll();
    }
}
