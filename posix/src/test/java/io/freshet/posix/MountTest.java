package io.freshet.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 12: which mounts are seen by others' leave, and whether what is seen through them may be old. */
class MountTest {
    /** As nfs_show_options() of fs/nfs/super.c writes them for {@code mount -o nfsvers=4,noac,lookupcache=none}. */
    private static final String PROVEN =
            "50 27 0:50 / /mnt/sync rw,relatime shared:9 - nfs4 nas:/export/sync rw,sync,vers=4.0,"
                    + "rsize=1048576,wsize=1048576,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0,soft,noac,proto=tcp,port=0,"
                    + "timeo=50,retrans=2,sec=sys,clientaddr=10.0.0.5,lookupcache=none,local_lock=none,addr=10.0.0.2\n";

    @Test
    void nfsThatAsksTheServerEachTimeIsFresh() {
        Mount mount = decoded(PROVEN);
        assertThat(mount.remote()).contains("NFS");
        assertThat(mount.staleness()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "',noac', noac",
        "',lookupcache=none', lookupcache=none",
        "',noac|,lookupcache=none', 'noac,lookupcache=none'"
    })
    void nfsThatCachesIsNot(String without, String missing) {
        Mount mount = decoded(PROVEN.replaceAll(without, ""));
        assertThat(mount.staleness().orElseThrow())
                .startsWith("is on NFS, mounted without " + missing + ": ")
                .contains(
                        "mount it with the options noac,lookupcache=none, or run Freshet where the file system is local");
    }

    /** {@code actimeo=0} alone still believes that what was not there is not there. */
    @Test
    void nfsWithoutTheAttributeCacheOnlyIsNotFresh() {
        assertThat(decoded(PROVEN.replaceAll("lookupcache=none", "lookupcache=pos"))
                        .staleness())
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Recorded on Linux 6.18 with sshfs 3.7.3.
                "42 27 0:39 / /mnt/s rw,nosuid,nodev,relatime - fuse.sshfs root@127.0.0.1:/src rw,user_id=0,group_id=0\n",
                "52 27 0:52 / /mnt/c rw,relatime - cifs //nas/s rw,vers=3.1.1,cache=none,noac,lookupcache=none\n",
                "53 27 0:53 / /mnt/c rw,relatime - smb3 //nas/s rw,vers=3.1.1\n",
                "54 27 0:54 / /mnt/p rw,relatime - 9p hostshare rw,trans=virtio\n",
                "55 27 0:55 / /mnt/g rw,relatime - fuse.glusterfs nas:/v rw,user_id=0,allow_other\n",
                "56 27 0:56 / /mnt/e rw,relatime - ceph 10.0.0.2:6789:/ rw,name=admin,acl\n",
            })
    void othersProveNothing(String line) {
        Mount mount = decoded(line);
        assertThat(mount.remote()).isPresent();
        assertThat(mount.staleness().orElseThrow())
                .startsWith("is on " + mount.remote().orElseThrow() + ", and nothing proves")
                .contains("noac,lookupcache=none");
    }

    /** Nobody tells what is changed behind them, but a look shows it. */
    @ParameterizedTest
    @ValueSource(strings = {"fuse.mergerfs", "fuseblk", "ocfs2"})
    void someAreFreshButSilent(String type) {
        Mount mount = decoded("57 27 0:57 / /mnt/m rw,relatime - " + type + " x rw\n");
        assertThat(mount.remote()).isPresent();
        assertThat(mount.staleness()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs"})
    void localOnesAreFreshAndTell(String type) {
        Mount mount = decoded("58 27 8:1 / /mnt/l rw,relatime - " + type + " x rw\n");
        assertThat(mount.remote()).isEmpty();
        assertThat(mount.staleness()).isEmpty();
    }

    /** Each by the number of statfs(2), for a mount that the table does not show any more. */
    @ParameterizedTest
    @CsvSource({"0x6969, nfs", "0xFF534D42, cifs", "0xFE534D42, cifs", "0x01021997, 9p", "0x00C36400, ceph"})
    void numbers(String magic, String type) {
        assertThat(RemoteFileSystem.ofNumber(Long.decode(magic))).isEqualTo(RemoteFileSystem.ofType(type));
    }

    @Test
    void whereATestRunsIsMounted() {
        try (SourceRoot root = SourceRoot.open(Path.of("/proc"))) {
            assertThat(root.mount().type()).isEqualTo("proc");
        }
    }

    private static Mount decoded(String line) {
        byte[] table =
                ("27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n" + line).getBytes(StandardCharsets.US_ASCII);
        return MountTable.byId(table, Long.parseLong(line.substring(0, 2))).orElseThrow();
    }
}
