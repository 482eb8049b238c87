package io.freshet.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelativePathTest {
    private static final int ROUNDS = 20_000;

    private static final long SEED = Long.getLong("freshet.test.seed", System.nanoTime());
    private final RandomPaths random = new RandomPaths(new Random(SEED));

    @BeforeAll
    static void tellSeed() {
        System.out.println("RelativePathTest: -Dfreshet.test.seed=" + SEED);
    }

    @Test
    void givesBackBytesAndText() {
        for (int i = 0; i < ROUNDS; i++) {
            RelativePath path = random.path(6);
            assertThat(RelativePath.of(path.bytes())).isEqualTo(path).hasSameHashCodeAs(path);
            assertThat(RelativePath.parse(path.toString()))
                    .as("%s, seed %d", path, SEED)
                    .isEqualTo(path);
            assertThat(path.length()).isEqualTo(path.bytes().length);
            for (int at = 0; at < path.length(); at++) {
                assertThat(path.byteAt(at)).isEqualTo(path.bytes()[at]);
            }
        }
    }

    @Test
    void isMadeOfParentAndName() {
        for (int i = 0; i < ROUNDS; i++) {
            RelativePath parent = random.path(5);
            byte[] name = random.name();
            RelativePath path = parent.child(name);
            assertThat(path.parent()).as("%s, seed %d", path, SEED).isEqualTo(parent);
            assertThat(path.ancestors())
                    .hasSize(path.depth())
                    .startsWith(parent)
                    .endsWith(RelativePath.ROOT);
            assertThat(path.ancestors()).allMatch(path::isAtOrBelow);
            assertThat(path.name()).isEqualTo(name);
            assertThat(path.depth()).isEqualTo(parent.depth() + 1);
            assertThat(path.isRoot()).isFalse();
            assertThat(path.isAtOrBelow(parent)).isTrue();
            assertThat(parent.isAtOrBelow(path)).isFalse();
            assertThat(path).isGreaterThan(parent);
        }
    }

    @Test
    void comparesAncestorsByWholeComponents() {
        for (int i = 0; i < ROUNDS; i++) {
            RelativePath ancestor = random.path(3);
            RelativePath other = random.path(3);
            boolean expected = false;
            for (RelativePath at = other; !expected && !at.isRoot(); at = at.parent()) {
                expected = at.equals(ancestor);
            }
            expected |= ancestor.isRoot();
            assertThat(other.isAtOrBelow(ancestor))
                    .as("%s below %s, seed %d", other, ancestor, SEED)
                    .isEqualTo(expected);
        }
        assertThat(path("ab/c").isAtOrBelow(path("a"))).isFalse();
        assertThat(path("a").isAtOrBelow(path("a"))).isTrue();
        assertThat(path("a").isAtOrBelow(path("a/b"))).isFalse();
        assertThat(RelativePath.ROOT.isAtOrBelow(RelativePath.ROOT)).isTrue();
    }

    @Test
    void movesWithItsAncestor() {
        for (int i = 0; i < ROUNDS; i++) {
            RelativePath from = random.path(3);
            RelativePath to = random.path(3);
            RelativePath below = random.path(3);
            RelativePath path = join(from, below);
            RelativePath moved = path.moved(from, to);
            assertThat(moved)
                    .as("%s moved from %s to %s, seed %d", path, from, to, SEED)
                    .isEqualTo(join(to, below));
            assertThat(moved.isAtOrBelow(to)).isTrue();
            assertThat(moved.moved(to, from)).isEqualTo(path);
            assertThat(RelativePath.of(moved.bytes())).isEqualTo(moved);
        }
    }

    @Test
    void refusesToMoveWithWhatIsNoAncestor() {
        assertThatThrownBy(() -> path("ab/c").moved(path("a"), path("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> path("a").moved(path("a/b"), path("x"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isOrderedByUnsignedBytes() {
        for (int i = 0; i < ROUNDS; i++) {
            RelativePath one = random.path(3);
            RelativePath two = random.path(3);
            int expected = latin1(one).compareTo(latin1(two));
            assertThat(Integer.signum(one.compareTo(two))).isEqualTo(Integer.signum(expected));
            assertThat(Integer.signum(two.compareTo(one))).isEqualTo(-Integer.signum(expected));
            assertThat(one.equals(two)).isEqualTo(expected == 0);
        }
        assertThat(new TreeSet<>(Arrays.asList(path("a/b"), path("a\\xff"), path("a"), path("a-"), path("a0"))))
                .containsExactly(path("a"), path("a-"), path("a/b"), path("a0"), path("a\\xff"));
    }

    /** What lies below a directory is one range, {@code path >= d || '/' AND path < d || '0'}. */
    @Test
    void keepsASubtreeTogether() {
        for (int i = 0; i < ROUNDS; i++) {
            RelativePath directory = random.path(2);
            RelativePath other = random.path(4);
            if (directory.isRoot() || directory.equals(other)) {
                continue;
            }
            String name = latin1(other);
            boolean inRange =
                    name.compareTo(latin1(directory) + "/") >= 0 && name.compareTo(latin1(directory) + "0") < 0;
            assertThat(other.isAtOrBelow(directory)).isEqualTo(inRange);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/.",
                "a/..",
                "./a",
                "../a",
                "a/./b",
                "a/../b",
                "a\u0000b",
                "\u0000"
            })
    void refusesWhatIsNoPathBelowARoot(String text) {
        assertThatThrownBy(() -> RelativePath.parse(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RelativePath.of(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "a\u0000"})
    void refusesWhatIsNoName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> RelativePath.ROOT.child(bytes)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> path("x").child(bytes)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"...", ".a", "..a", "a.", "a..", ".. ", "-", "~", "*", "a\nb", " ", "a /b "})
    void takesEveryOtherName(String text) {
        assertThat(path(text)).hasToString(text);
    }

    @Test
    void holdsNamesAndPathsBeyondTheKernelsLimits() {
        byte[] longest = "n".repeat(255).getBytes(StandardCharsets.UTF_8);
        RelativePath path = RelativePath.ROOT;
        for (int i = 0; i < 100; i++) {
            path = path.child(longest);
        }
        assertThat(path.length()).isEqualTo(100 * 256 - 1);
        assertThat(path.depth()).isEqualTo(100);
        assertThat(RelativePath.parse(path.toString())).isEqualTo(path);
        assertThat(path.parent().parent().depth()).isEqualTo(98);
    }

    @Test
    void cannotBeChangedFromOutside() {
        byte[] bytes = {'a', '/', 'b'};
        RelativePath path = RelativePath.of(bytes);
        bytes[0] = 'x';
        path.bytes()[0] = 'x';
        path.name()[0] = 'x';
        byte[] name = {'c'};
        RelativePath child = RelativePath.ROOT.child(name);
        name[0] = 'x';
        assertThat(path).hasToString("a/b");
        assertThat(child).hasToString("c");
    }

    @Test
    void hasARootThatIsItsOwnParent() {
        assertThat(RelativePath.ROOT.isRoot()).isTrue();
        assertThat(RelativePath.ROOT.parent()).isEqualTo(RelativePath.ROOT);
        assertThat(RelativePath.ROOT.name()).isEmpty();
        assertThat(RelativePath.ROOT.depth()).isZero();
        assertThat(RelativePath.ROOT.length()).isZero();
        assertThat(RelativePath.ROOT).hasToString("");
        assertThat(RelativePath.parse("")).isSameAs(RelativePath.ROOT);
    }

    @ParameterizedTest
    @CsvSource({
        ".freshet,true",
        "a/.freshet,true",
        ".freshet/a,true",
        "a/.freshet/b,true",
        "'',false",
        "freshet,false",
        ".freshet2,false",
        "x.freshet,false",
        ".Freshet,false",
        "a.freshet/b,false",
        ".freshe/t,false"
    })
    void reservesOneNameAtEveryDepth(String text, boolean reserved) {
        assertThat(path(text).isReserved()).isEqualTo(reserved);
    }

    private static RelativePath join(RelativePath directory, RelativePath below) {
        if (directory.isRoot() || below.isRoot()) {
            return directory.isRoot() ? below : directory;
        }
        return RelativePath.parse(directory + "/" + below);
    }

    private static String latin1(RelativePath path) {
        return new String(path.bytes(), StandardCharsets.ISO_8859_1);
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }
}
