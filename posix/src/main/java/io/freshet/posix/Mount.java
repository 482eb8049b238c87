package io.freshet.posix;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a file system is mounted, as {@code /proc/self/mountinfo} tells it.
 *
 * @param type for example {@code ext4}
 * @param options those of the mount and those of the file system
 */
public record Mount(String type, Set<String> options) {
    /** With these every look asks the server, also for what was not there: nfs(5). */
    private static final List<String> PROOF = List.of("noac", "lookupcache=none");

    public Mount {
        options = Set.copyOf(options);
    }

    /** Returns the name of the file system if others change it without the kernel here being told. */
    public Optional<String> remote() {
        return RemoteFileSystem.ofType(type).map(RemoteFileSystem::text);
    }

    /**
     * Returns why a look may show what was there before the last change, and what to do about it, as the end of a sentence
     * about the directory; empty where it cannot.
     */
    public Optional<String> staleness() {
        return RemoteFileSystem.ofType(type)
                .filter(remote -> !remote.coherent())
                .flatMap(remote ->
                        remote.equals(RemoteFileSystem.NFS) ? missingProof() : Optional.of(unprovable(remote)));
    }

    private Optional<String> missingProof() {
        List<String> missing =
                PROOF.stream().filter(option -> !options.contains(option)).toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("is on NFS, mounted without " + String.join(",", missing)
                        + ": what is looked at may be older than the change that is delivered; mount it with the options "
                        + String.join(",", PROOF) + ", or run Freshet where the file system is local");
    }

    private static String unprovable(RemoteFileSystem remote) {
        return "is on " + remote.text()
                + ", and nothing proves that what is looked at is not older than the change that is"
                + " delivered; run Freshet where the file system is local, or use NFS mounted with the options "
                + String.join(",", PROOF);
    }
}
