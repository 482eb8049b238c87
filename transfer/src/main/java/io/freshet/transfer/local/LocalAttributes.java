package io.freshet.transfer.local;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.target.TargetEntry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads and sets what the JDK's {@code unix} attribute view offers, never through a link. */
final class LocalAttributes {
    private static final int PERMISSION_MASK = 07777;

    private LocalAttributes() {}

    static Optional<TargetEntry> entry(Path file, RelativePath path, boolean withLink) throws IOException {
        Map<String, Object> attributes;
        try {
            attributes =
                    Files.readAttributes(file, "unix:mode,uid,gid,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            // A parent that is no directory, or a name that nothing can have: nothing is under such a path.
            Path parent = file.getParent();
            if (parent != null && !Files.isDirectory(parent)) {
                return Optional.empty();
            }
            throw e;
        }
        int mode = value(attributes, "mode", Integer.class);
        FileType type = FileType.ofMode(mode);
        return Optional.of(new TargetEntry(
                path,
                type,
                value(attributes, "size", Long.class),
                value(attributes, "lastModifiedTime", FileTime.class).to(TimeUnit.NANOSECONDS),
                mode & PERMISSION_MASK,
                value(attributes, "uid", Integer.class),
                value(attributes, "gid", Integer.class),
                withLink && type == FileType.SYMLINK
                        ? TextForm.encode(LocalPaths.bytes(Files.readSymbolicLink(file)))
                        : null));
    }

    private static <T> T value(Map<String, Object> attributes, String name, Class<T> type) {
        return type.cast(Objects.requireNonNull(attributes.get(name), name));
    }

    static void setMode(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
    }

    static void setOwner(Path file, int uid, int gid) throws IOException {
        Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }
}
