package io.freshet.transfer.ssh;

import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.target.NewDirectory;
import java.io.IOException;
import java.security.MessageDigest;

/** A small file as it was read, all of it; one after the other in the same place. Used by one thread. */
final class WholeFile {
    private final MessageDigest digest = ContentHash.newDigest();
    private final byte[] bytes = new byte[NewDirectory.LARGEST_FILE];
    private int length;

    /** Reads a file; false if that is not what it was when it was opened. */
    boolean read(Content.Reading reading) {
        FileState opened = reading.opened();
        length = 0;
        int read = 0;
        while (read >= 0 && length < opened.size() && length < bytes.length) {
            read = reading.read(bytes, length, (int) Math.min(bytes.length, opened.size()) - length);
            length += Math.max(0, read);
        }
        return length == opened.size() && reading.now().isUnchangedSince(opened);
    }

    int length() {
        return length;
    }

    ContentHash hash() {
        digest.update(bytes, 0, length);
        return ContentHash.of(digest.digest());
    }

    void writeTo(TarStream tar, byte[] name, TarStream.Member member) throws IOException {
        tar.file(name, member, bytes, length);
    }
}
