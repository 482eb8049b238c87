package io.freshet.filter;

import io.freshet.path.RelativePath;
import java.util.Arrays;

/**
 * A wildcard expression as an automaton that looks at every byte of a name once, whatever the expression.
 *
 * <p>Bit {@code i} of the state says that the first {@code i} one-byte items (a byte, {@code ?} or a class) have been
 * matched. A {@code *} or {@code **} between items is no item: it lets the bit before it stay while bytes go by. All
 * alternatives advance together, so there is nothing to go back to.
 *
 * <p>Immutable.
 */
final class Wildcard {
    /** The number of items up to which the state fits one word, and matching allocates nothing. */
    static final int SINGLE_WORD = 63;

    /** Matches no name. */
    static final Wildcard NOTHING = new Wildcard(new boolean[1][256], new boolean[2], new boolean[2], false);

    private static final int WORD = Long.SIZE;

    private final int items;
    private final int words;
    /** {@code accepts[octet * words + word]}: the items that match the octet. */
    private final long[] accepts;

    private final long[] staysOnAny;
    private final long[] staysInComponent;
    private final boolean skipsFirstItemAtRoot;

    /**
     * @param itemSets for each item the octets that it matches
     * @param anyBefore for each position whether a {@code **} stands there
     * @param componentBefore for each position whether a {@code *} stands there
     */
    Wildcard(boolean[][] itemSets, boolean[] anyBefore, boolean[] componentBefore, boolean skipsFirstItemAtRoot) {
        items = itemSets.length;
        words = items / WORD + 1;
        accepts = new long[256 * words];
        staysOnAny = new long[words];
        staysInComponent = new long[words];
        this.skipsFirstItemAtRoot = skipsFirstItemAtRoot;
        for (int i = 0; i < items; i++) {
            for (int octet = 0; octet < 256; octet++) {
                if (itemSets[i][octet]) {
                    accepts[octet * words + i / WORD] |= 1L << i;
                }
            }
        }
        for (int i = 0; i <= items; i++) {
            if (anyBefore[i]) {
                staysOnAny[i / WORD] |= 1L << i;
            }
            if (anyBefore[i] || componentBefore[i]) {
                staysInComponent[i / WORD] |= 1L << i;
            }
        }
    }

    /**
     * Prepares an expression.
     *
     * @param mayStartAtRoot whether a leading <code>**&#47;</code> also stands for nothing
     * @throws IllegalArgumentException if the expression can never match, with the reason
     */
    static Wildcard compile(byte[] expression, boolean mayStartAtRoot) {
        return new WildcardReader(expression).read(mayStartAtRoot);
    }

    /**
     * Returns whether the bytes from {@code start} to {@code end} match.
     *
     * @param slashAfter whether a slash is added after the last byte
     * @param anywhere whether the match may also begin after any slash
     */
    boolean matches(RelativePath path, int start, int end, boolean slashAfter, boolean anywhere) {
        if (words > 1) {
            return matchesWide(path, start, end, slashAfter, anywhere);
        }
        long state = skipsFirstItemAtRoot ? 3 : 1;
        long anyStays = staysOnAny[0];
        long componentStays = staysInComponent[0];
        for (int i = start; i < end; i++) {
            int octet = path.byteAt(i) & 0xff;
            long advanced = (state & accepts[octet]) << 1;
            if (octet == '/') {
                state = advanced | (state & anyStays) | (anywhere ? 1 : 0);
            } else {
                state = advanced | (state & componentStays);
                if (state == 0 && !anywhere) {
                    return false;
                }
            }
        }
        if (slashAfter) {
            state = (state & accepts['/']) << 1 | (state & anyStays);
        }
        return (state & (1L << items)) != 0;
    }

    private boolean matchesWide(RelativePath path, int start, int end, boolean slashAfter, boolean anywhere) {
        long[] state = new long[words];
        state[0] = skipsFirstItemAtRoot ? 3 : 1;
        for (int i = start; i < end; i++) {
            int octet = path.byteAt(i) & 0xff;
            step(state, octet);
            if (octet == '/' && anywhere) {
                state[0] |= 1;
            }
        }
        if (slashAfter) {
            step(state, '/');
        }
        return (state[items / WORD] & (1L << items)) != 0;
    }

    private void step(long[] state, int octet) {
        long[] stays = octet == '/' ? staysOnAny : staysInComponent;
        long carry = 0;
        for (int word = 0; word < words; word++) {
            long matched = state[word] & accepts[octet * words + word];
            state[word] = matched << 1 | carry | (state[word] & stays[word]);
            carry = matched >>> (WORD - 1);
        }
    }

    @Override
    public String toString() {
        return "Wildcard[" + items + " items, " + Arrays.toString(staysInComponent) + "]";
    }
}
