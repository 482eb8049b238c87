package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one execution of a run has sent so far, and how fast it is just now.
 *
 * @param bytes of content
 * @param files that were put, linked, renamed or removed
 * @param underWay the large files that are being sent
 */
public record Progress(long bytes, long files, long bytesPerSecond, double filesPerSecond, List<LargeFile> underWay) {
    public Progress {
        underWay = List.copyOf(underWay);
    }

    /** Returns whether anything was sent between another moment and this one. */
    public boolean hasMovedSince(Progress earlier) {
        return bytes != earlier.bytes || files != earlier.files || !places().equals(earlier.places());
    }

    private List<Long> places() {
        return underWay.stream().map(LargeFile::done).toList();
    }

    /** Returns the same when nothing moves any more. */
    Progress atRest() {
        return new Progress(
                bytes,
                files,
                0,
                0,
                underWay.stream()
                        .map(file -> new LargeFile(file.path, file.size, file.done, 0))
                        .toList());
    }

    /** Returns how fast it is, for people, alike on pages and on the command line. */
    @JsonProperty("words")
    public String words() {
        return Wording.bytes(bytesPerSecond) + "/s, "
                + (filesPerSecond < 10 ? Math.round(filesPerSecond * 10) / 10.0 : Math.round(filesPerSecond))
                + " files/s";
    }

    /**
     * A large file that is being sent.
     *
     * @param size bytes, as at the last look
     * @param done how much of it is on its way or found to be there
     */
    public record LargeFile(String path, long size, long done, long bytesPerSecond) {
        /** Returns how long it will still take at this rate; null where it does not move. */
        @JsonProperty("remainingSeconds")
        public @Nullable Long remainingSeconds() {
            return bytesPerSecond == 0 ? null : (Math.max(0, size - done) + bytesPerSecond - 1) / bytesPerSecond;
        }

        /** Returns how far it is, for people. */
        @JsonProperty("words")
        public String words() {
            Long remaining = remainingSeconds();
            return Wording.bytes(done) + " of " + Wording.bytes(size)
                    + (remaining == null
                            ? ", does not move"
                            : ", " + Wording.bytes(bytesPerSecond) + "/s, "
                                    + Wording.span(Duration.ofSeconds(remaining)) + " left");
        }
    }
}
