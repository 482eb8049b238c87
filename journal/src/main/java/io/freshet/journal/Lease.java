package io.freshet.journal;

/**
 * The right to change a target, its queue and its manifest.
 *
 * @param node who holds it
 * @param epoch goes up with every new holder; fences every write
 * @param nonce letters and digits that name the holder's gate on the target
 */
public record Lease(TargetId target, String node, long epoch, String nonce) {}
