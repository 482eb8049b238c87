package io.freshet.policy;

/** How what was sent to a target is proven to have arrived. */
public enum Verify {
    /** The connection guards every byte, the server confirms every write and flush, and the hash of what was sent is kept. */
    IN_FLIGHT,
    /** Before a run ends, the target hashes what the run has sent; what differs is sent again. */
    RUN,
    /** As {@link #RUN}; and once a day the target hashes every file, and everything it holds is compared with the manifest. */
    FULL;

    /** Returns whether a run has the target hash what it has sent. */
    public boolean hashesWhatWasSent() {
        return this != IN_FLIGHT;
    }
}
