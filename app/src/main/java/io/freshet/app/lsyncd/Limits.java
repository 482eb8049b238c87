package io.freshet.app.lsyncd;

import java.time.Duration;

/**
 * How much a configuration may do before it is given up.
 *
 * @param bytes taken from memory in all, whether given back or not
 */
record Limits(long instructions, long bytes, Duration time) {
    /** A thousand times what a long configuration needs. */
    static final Limits USUAL = new Limits(20_000_000, 128L << 20, Duration.ofSeconds(10));
}
