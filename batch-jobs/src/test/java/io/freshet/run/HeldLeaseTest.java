package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.journal.Lease;
import io.freshet.journal.TargetId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule 4: nothing is done under a lease that was not renewed for so long that it may have passed on. */
class HeldLeaseTest {
    private static final Lease LEASE = new Lease(new TargetId(1), "node", 7, "nonce");
    private static final Duration USABLE = Duration.ofSeconds(10);

    @Test
    void whoWasFrozenFindsItExpiredWhateverTheDatabaseSaysLater() {
        HeldLease held = new HeldLease(LEASE, USABLE, secondsAgo(11));
        assertThat(held.isLive()).isFalse();
    }

    /** The time counts from before the question: the answer may have taken long. */
    @Test
    void aRenewalCountsFromWhenItWasAskedFor() {
        HeldLease held = new HeldLease(LEASE, USABLE, secondsAgo(5));
        assertThat(held.isLive()).isTrue();
        held.renewed(secondsAgo(11));
        assertThat(held.isLive()).isFalse();
        held.renewed(secondsAgo(0));
        assertThat(held.isLive()).isTrue();
    }

    @Test
    void whatWasLostIsNotFoundAgain() {
        HeldLease held = new HeldLease(LEASE, USABLE, secondsAgo(0));
        held.lost();
        held.renewed(secondsAgo(0));
        assertThat(held.isLive()).isFalse();
    }

    private static long secondsAgo(int seconds) {
        return System.nanoTime() - Duration.ofSeconds(seconds).toNanos();
    }
}
