package io.freshet.posix;

import com.sun.jna.Memory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ids of file systems: {@code f_fsid} of {@code statfs(2)}, which stays the same while device numbers change at a
 * reboot; the device number where the file system has no such id. Looked up once per device and mount. Thread-safe.
 */
final class FileSystems {
    /** Offset of {@code f_fsid} in {@code struct statfs} of 64-bit systems (asm-generic/statfs.h). */
    private static final int FSID = 56;

    private static final int MOST_REMEMBERED = 1024;

    private final Map<Mounted, Long> ids = new ConcurrentHashMap<>();

    /** The last that was asked for: nearly always the next one too. */
    private volatile @Nullable Known last;

    private record Mounted(long device, long mount) {}

    private record Known(long device, long mount, Long id) {}

    /** Returns the id of the file system that the object behind {@code descriptor} is on. */
    long idOf(int descriptor, Statx statx) {
        Mounted mounted = new Mounted(statx.device(), statx.mount());
        Long known = ids.get(mounted);
        if (known != null) {
            return known;
        }
        Memory buffer = Scratch.ofThread().statfs;
        long id = LibC.C.fstatfs(descriptor, buffer) == 0 ? buffer.getLong(FSID) : 0;
        if (ids.size() >= MOST_REMEMBERED) {
            ids.clear();
        }
        long usable = id != 0 ? id : statx.device();
        ids.put(mounted, usable);
        return usable;
    }

    /** Returns the id if it is known already. */
    @Nullable
    Long known(Statx statx) {
        Known latest = last;
        if (latest != null && latest.device == statx.device() && latest.mount == statx.mount()) {
            return latest.id;
        }
        Long id = ids.get(new Mounted(statx.device(), statx.mount()));
        if (id != null) {
            last = new Known(statx.device(), statx.mount(), id);
        }
        return id;
    }

    /** Returns a type of mount that the file system may have if it is a remote one, else an empty one. */
    static String remoteTypeOf(int descriptor) {
        Memory buffer = Scratch.ofThread().statfs;
        return LibC.C.fstatfs(descriptor, buffer) == 0
                ? RemoteFileSystem.ofNumber(buffer.getLong(0))
                        .map(remote -> remote.types().get(0))
                        .orElse("")
                : "";
    }
}
