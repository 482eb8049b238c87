package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Work items as far as they were counted, and how large what they are about was when the source was compared last.
 *
 * @param sized of how many items the size is known: of a sample at most
 * @param bytes of those
 * @param walks directories among them that are to be looked through, in which there may be more
 */
public record Work(long items, Counted counted, long sized, long bytes, long walks) {
    /** What the number of items is. */
    public enum Counted {
        EXACTLY,
        ABOUT,
        AT_LEAST,
        MORE_THAN
    }

    static final Work NONE = new Work(0, Counted.EXACTLY, 0, 0, 0);

    /** Returns the sum of both, as little exact as the less exact of them. */
    Work and(Work other) {
        return new Work(
                items + other.items,
                counted.compareTo(other.counted) < 0 ? other.counted : counted,
                sized + other.sized,
                bytes + other.bytes,
                walks + other.walks);
    }

    /** Returns whether there is certainly no more than what was counted. */
    boolean isAll() {
        return counted.compareTo(Counted.AT_LEAST) < 0 && walks == 0;
    }

    /** Returns how large it is if what no size is known of is as large as {@code mean}, or as the sample if that is large enough. */
    double bytesAt(double mean) {
        double each = sized >= 20 ? (double) bytes / sized : mean;
        return bytes + Math.max(0, items - sized) * each;
    }

    /** Returns how much it is, for people: {@code 1 204 items, 3.10 GB}. */
    @JsonProperty("words")
    public String words() {
        String size = bytes == 0
                ? ""
                : (sized == items && counted == Counted.EXACTLY ? ", " : ", more than ") + Wording.bytes(bytes);
        return countWords()
                + size
                + (walks == 0 ? "" : ", " + Wording.count(walks, "directory") + " of which to be looked through");
    }

    /** Returns the number of items for people. */
    String countWords() {
        return switch (counted) {
            case EXACTLY -> Wording.count(items, "item");
            case ABOUT -> "about " + Wording.count(TargetVerdict.rounded(items), "item");
            case AT_LEAST -> "at least " + Wording.count(items, "item");
            case MORE_THAN -> "more than " + Wording.count(items, "item");
        };
    }
}
