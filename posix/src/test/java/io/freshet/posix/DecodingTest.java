package io.freshet.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Structures as a kernel (6.18, x86-64, ext4) filled them. */
class DecodingTest {
    private static final String STATX =
            "ff4f000000100000000000000000000001000000d20400002e160000e9890000f14a210000000000"
                    + "06000000000000000800000000000000743830000000000072837b3a00000000795f072f00000000"
                    + "7c0c036b0000000069f76b39000000007c0c036b00000000fe29a83a0000000072837b3a00000000"
                    + "795f072f000000000000000000000000fe000000000000001c000080"
                    + "00".repeat(108);
    private static final String DIRENTS =
            "214b210000000000179a0a7048e2fc1e1800086eff0a0000e14a21000000000076087240eb4aa12b"
                    + "1800042e00000000114b210000000000253c92788593a4442000042e667265736865740000000000"
                    + "f14a2100000000001a0af91afc2f08471800086600000000314b210000000000f64341d626bde649"
                    + "1800017000000000014b2100000000001eba4030d7643a5818000a6c0000000045c6200000000000"
                    + "ffffffffffffff7f1800042e2e000000";

    @Test
    void statx() {
        Statx statx = Statx.decode(buffer(STATX));

        assertThat(statx)
                .isEqualTo(new Statx(
                        0104751,
                        1,
                        1234,
                        5678,
                        2181873,
                        6,
                        1795361916_963377001L,
                        1795361916_984099326L,
                        981173106_789012345L,
                        0,
                        254L << 32,
                        0x8000001cL));
    }

    @Test
    void timesThatDoNotFitBecomeTheNearest() {
        ByteBuffer struct = buffer(STATX);
        struct.putLong(112, 1L << 40);
        assertThat(Statx.decode(struct).mtimeNanos()).isEqualTo(Long.MAX_VALUE);
        struct.putLong(112, -(1L << 40));
        assertThat(Statx.decode(struct).mtimeNanos()).isEqualTo(Long.MIN_VALUE);
        struct.putLong(112, -1);
        assertThat(Statx.decode(struct).mtimeNanos()).isEqualTo(-1_000_000_000L + 789012345);
    }

    @Test
    void aFileSystemWithoutBirthTimesGivesNone() {
        ByteBuffer struct = buffer(STATX);
        struct.putInt(0, struct.getInt(0) & ~Constants.STATX_BTIME);

        assertThat(Statx.decode(struct).birthNanos()).isZero();
    }

    @Test
    void dirents() {
        ByteBuffer buffer = buffer(DIRENTS);
        List<String> seen = new ArrayList<>();

        Dirents.decode(buffer, buffer.limit(), (name, type) -> seen.add(TextForm.encode(name) + "=" + type));

        assertThat(seen).containsExactly("n\\xff\n=FILE", ".freshet=DIRECTORY", "f=FILE", "p=FIFO", "l=SYMLINK");
    }

    @Test
    void aListingWithoutTypesSaysSo() {
        ByteBuffer buffer = buffer(DIRENTS);
        List<FileType> types = new ArrayList<>();
        for (int at = 0; at < buffer.limit(); at += buffer.getShort(at + 16)) {
            buffer.put(at + 18, (byte) 0);
        }

        Dirents.decode(buffer, buffer.limit(), (name, type) -> types.add(type));

        assertThat(types).hasSize(5).containsOnlyNulls();
    }

    @Test
    void mounts() {
        byte[] table = """
                27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
                30 27 0:27 / /src rw shared:3 - tmpfs tmpfs rw
                31 27 0:28 / /src\\040two rw - tmpfs tmpfs rw
                40 30 8:1 / /src/a\\040b\\134c rw,nosuid shared:1 master:2 - xfs /dev/sda1 rw
                41 40 0:29 / /src/a\\040b\\134c rw - fuse.sshfs x rw
                42 30 254:0 /srv /src/d/e\\012f rw - ext4 /dev/vda rw
                """.getBytes(StandardCharsets.US_ASCII);

        assertThat(MountTable.below(table, "/src".getBytes(StandardCharsets.US_ASCII)))
                .hasSize(2)
                .containsEntry(
                        RelativePath.of("a b\\c".getBytes(StandardCharsets.US_ASCII)),
                        new Mount("fuse.sshfs", Set.of("rw")))
                .containsEntry(RelativePath.parse("d/e\nf"), new Mount("ext4", Set.of("rw")));
        assertThat(MountTable.byId(table, 40)).contains(new Mount("xfs", Set.of("rw", "nosuid")));
        assertThat(MountTable.byId(table, 7)).isEmpty();
        assertThat(MountTable.below(table, "/".getBytes(StandardCharsets.US_ASCII)))
                .containsOnlyKeys(
                        RelativePath.parse("src"),
                        RelativePath.parse("src two"),
                        RelativePath.parse("src/a b\\\\c"),
                        RelativePath.parse("src/d/e\nf"));
    }

    private static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
