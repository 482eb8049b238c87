package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.util.Objects;

/** The content of a file below a source root, which must be the object that an earlier look saw. */
final class SourceContent implements Content {
    private final SourceRoot root;
    private final Looks looks;
    private final RelativePath path;
    private final FileState expected;

    SourceContent(SourceRoot root, Looks looks, RelativePath path, FileState expected) {
        this.root = root;
        this.looks = looks;
        this.path = path;
        this.expected = expected;
    }

    @Override
    public Reading open() {
        // O_NONBLOCK: whoever put a FIFO here meanwhile must not block the reader.
        int descriptor = root.openBelow(path, Constants.O_RDONLY | Constants.O_NONBLOCK);
        if (descriptor < 0) {
            int error = -descriptor;
            if (Errno.meansAbsent(error) || error == Errno.ELOOP || error == Errno.ENXIO || error == Errno.ENODEV) {
                throw changed(Errno.text(error));
            }
            throw Errno.unreadable(looks.describe(path), "open", error);
        }
        Descriptor owned = new Descriptor(descriptor);
        try {
            FileState opened = looks.fstat(descriptor, path);
            if (opened.type() != FileType.FILE || expected.type() != FileType.FILE) {
                throw changed("it is a " + opened.type() + " now");
            }
            if (!opened.identity().equals(expected.identity())) {
                throw changed("another file has its name now");
            }
            return new OpenFile(owned, opened);
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    private FreshetException changed(String how) {
        return new FreshetException(
                ErrorCode.SOURCE_CHANGED,
                looks.describe(path) + " changed between the look at it and its opening: " + how + "; look again");
    }

    private final class OpenFile implements Reading {
        private final Descriptor descriptor;
        private final FileState opened;
        private long position;

        private OpenFile(Descriptor descriptor, FileState opened) {
            this.descriptor = descriptor;
            this.opened = opened;
        }

        @Override
        public FileState opened() {
            return opened;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (length == 0) {
                return 0;
            }
            Memory block = Scratch.ofThread().block;
            int wanted = Math.min(length, Scratch.BLOCK);
            while (true) {
                long got = DirectCalls.readAt(descriptor.number(), block, wanted, position);
                if (got > 0) {
                    block.read(0, buffer, offset, (int) got);
                    position += got;
                    return (int) got;
                }
                if (got == 0) {
                    return -1;
                }
                int error = Errno.last();
                if (error != Errno.EINTR) {
                    throw Errno.unreadable(looks.describe(path), "read at byte " + position + " of", error);
                }
            }
        }

        @Override
        public FileState now() {
            return looks.fstat(descriptor.number(), path);
        }

        @Override
        public void close() {
            descriptor.close();
        }
    }
}
