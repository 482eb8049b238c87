package io.freshet.watch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.watch.linux.Fanotify.Event;
import io.freshet.watch.linux.Fanotify.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Buffers as a kernel (6.18, x86-64, tmpfs) filled them. */
class DecodingTest {
    private static final String FSID = "4fb599c339c01199";
    private static final String DIRECTORY = FSID + "0c000000010000004b4a7479d800000000000000";
    private static final String SUB = FSID + "0c00000001000000d754707bda00000000000000";
    private static final String FILE = FSID + "0c0000000100000051241694d900000000000000";

    @Test
    void fanotifyCreationWithWritingMergedIntoIt() {
        // echo hi > f
        List<Event> events = fanotify("5c000000030018000a01000000000000ffffffff3e750000"
                + "02002400" + DIRECTORY + "66000000"
                + "01002000" + FILE);

        assertThat(events).hasSize(1);
        Event event = events.get(0);
        assertThat(event.mask()).isEqualTo(Fanotify.FAN_CREATE | Fanotify.FAN_MODIFY | Fanotify.FAN_CLOSE_WRITE);
        assertThat(name(event.at())).isEqualTo("f");
        assertThat(event.at().directory().fileSystem()).isEqualTo(0x9911c039c399b54fL);
        assertThat(HexFormat.of().formatHex(event.at().directory().struct().value()))
                .isEqualTo(DIRECTORY.substring(16));
        assertThat(HexFormat.of().formatHex(event.target().struct().value())).isEqualTo(FILE.substring(16));
        assertThat(event.oldPlace()).isNull();
        assertThat(event.newPlace()).isNull();
    }

    @Test
    void fanotifyRenameOfADirectory() {
        // mv sub sub2
        List<Event> events = fanotify("84000000030018000000005000000000ffffffff7e750000"
                + "0a002400" + DIRECTORY + "73756200"
                + "0c002800" + DIRECTORY + "7375623200000000"
                + "01002000" + SUB);

        Event event = events.get(0);
        assertThat(event.has(Fanotify.FAN_RENAME)).isTrue();
        assertThat(event.has(Fanotify.FAN_ONDIR)).isTrue();
        assertThat(name(event.oldPlace())).isEqualTo("sub");
        assertThat(name(event.newPlace())).isEqualTo("sub2");
        assertThat(event.oldPlace().directory()).isEqualTo(event.newPlace().directory());
        assertThat(event.at()).isNull();
    }

    @Test
    void fanotifyEventOfADirectoryItself() {
        // chmod 700 sub
        Event event = fanotify("3c000000030018000400004000000000ffffffff5c750000" + "02002400" + SUB + "2e000000")
                .get(0);

        assertThat(event.at().isDirectoryItself()).isTrue();
        assertThat(event.target()).isNull();
    }

    @Test
    void fanotifyEventsWithoutAName() {
        // rm h, a second link: an event of the inode, then one of the name
        List<Event> events = fanotify("38000000030018000400000000000000ffffffff8c750000"
                + "01002000" + FILE
                + "5c000000030018000002000000000000ffffffff8c750000"
                + "02002400" + DIRECTORY + "68000000"
                + "01002000" + FILE);

        assertThat(events).hasSize(2);
        assertThat(events.get(0).at()).isNull();
        assertThat(events.get(0).target()).isEqualTo(events.get(1).target());
        assertThat(events.get(1).has(Fanotify.FAN_DELETE)).isTrue();
        assertThat(name(events.get(1).at())).isEqualTo("h");
    }

    @Test
    void fanotifyOverflow() {
        // Made by hand: metadata alone, as fanotify(7) describes it.
        Event event =
                fanotify("18000000030018000040000000000000ffffffff00000000").get(0);

        assertThat(event.has(Fanotify.FAN_Q_OVERFLOW)).isTrue();
    }

    @Test
    void anotherLayoutIsRefused() {
        assertThatThrownBy(() -> fanotify("18000000040018000040000000000000ffffffff00000000"))
                .hasMessageContaining("layout version 4");
    }

    @Test
    void inotifyRename() {
        // mv sub sub2
        List<Inotify.Event> events = inotify("0100000040000040d679010010000000737562000000000000000000000000000"
                + "100000080000040d67901001000000073756232000000000000000000000000");

        assertThat(events).hasSize(2);
        assertThat(events.get(0).has(Inotify.IN_MOVED_FROM)).isTrue();
        assertThat(events.get(0).has(Inotify.IN_ISDIR)).isTrue();
        assertThat(text(events.get(0).name().value())).isEqualTo("sub");
        assertThat(events.get(1).has(Inotify.IN_MOVED_TO)).isTrue();
        assertThat(text(events.get(1).name().value())).isEqualTo("sub2");
        assertThat(events.get(0).cookie()).isEqualTo(events.get(1).cookie()).isEqualTo(0x179d6);
    }

    @Test
    void inotifyEventOfTheDirectoryItself() {
        // chmod 711 .
        Inotify.Event event = inotify("01000000040000400000000000000000").get(0);

        assertThat(event.name().value()).isEmpty();
        assertThat(event.mask()).isEqualTo(Inotify.IN_ATTRIB | Inotify.IN_ISDIR);
    }

    private static String name(Place place) {
        return text(place.name().value());
    }

    private static String text(byte[] name) {
        return new String(name, StandardCharsets.US_ASCII);
    }

    private static List<Event> fanotify(String hex) {
        ByteBuffer buffer = buffer(hex);
        return Fanotify.decode(buffer, buffer.limit());
    }

    private static List<Inotify.Event> inotify(String hex) {
        ByteBuffer buffer = buffer(hex);
        return Inotify.decode(buffer, buffer.limit());
    }

    private static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
