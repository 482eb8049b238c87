package io.freshet.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.file.ExtendedAttributes.Selection;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExtendedAttributesTest {
    private static final Selection XATTRS = new Selection(true, false);
    private static final Selection ACLS = new Selection(false, true);
    private static final Selection BOTH = new Selection(true, true);

    @Test
    void selectionsCoverWhatRsyncCopies() {
        assertThat(XATTRS.covers("user.a", false)).isTrue();
        assertThat(XATTRS.covers("trusted.a", false)).isFalse();
        assertThat(XATTRS.covers("trusted.a", true)).isTrue();
        assertThat(XATTRS.covers("security.capability", true)).isTrue();
        assertThat(XATTRS.covers("security.capability", false)).isFalse();
        assertThat(XATTRS.covers("security.selinux", true)).isFalse();
        assertThat(XATTRS.covers("system.posix_acl_access", true)).isFalse();
        assertThat(XATTRS.covers("system.nfs4_acl", true)).isFalse();
        assertThat(ACLS.covers("system.posix_acl_default", false)).isTrue();
        assertThat(ACLS.covers("user.a", true)).isFalse();
        assertThat(Selection.NOTHING.covers("user.a", true)).isFalse();
    }

    @Test
    void areEqualIfNamesAndValuesAndWhatWasAskedForAre() {
        ExtendedAttributes some = ExtendedAttributes.of(XATTRS, Map.of("user.a", new byte[] {1}));

        assertThat(some)
                .isEqualTo(ExtendedAttributes.of(XATTRS, Map.of("user.a", new byte[] {1})))
                .hasSameHashCodeAs(ExtendedAttributes.of(XATTRS, Map.of("user.a", new byte[] {1})))
                .isNotEqualTo(ExtendedAttributes.of(XATTRS, Map.of("user.a", new byte[] {2})))
                .isNotEqualTo(ExtendedAttributes.of(XATTRS, Map.of("user.b", new byte[] {1})))
                .isNotEqualTo(ExtendedAttributes.of(BOTH, Map.of("user.a", new byte[] {1})))
                .isNotEqualTo(ExtendedAttributes.of(XATTRS, Map.of()));
        assertThat(ExtendedAttributes.of(XATTRS, Map.of()))
                .isEqualTo(ExtendedAttributes.of(XATTRS, Map.of()))
                .isNotEqualTo(ExtendedAttributes.of(BOTH, Map.of()))
                .isNotEqualTo(ExtendedAttributes.NOT_ASKED);
        // What ends one name does not begin another's value.
        assertThat(ExtendedAttributes.of(XATTRS, Map.of("user.a", new byte[] {'b', 0})))
                .isNotEqualTo(ExtendedAttributes.of(XATTRS, Map.of("user.ab", new byte[] {0})));
    }

    @Test
    void areKnownByTheirDigest() {
        ExtendedAttributes some = ExtendedAttributes.of(BOTH, Map.of("user.a", new byte[] {1}));

        assertThat(ExtendedAttributes.ofDigest(some.digest())).isEqualTo(some);
        assertThat(some.digest()).hasSize(16);
        assertThat(ExtendedAttributes.of(BOTH, Map.of()).digest()).hasSize(1);
        assertThat(ExtendedAttributes.ofDigest(new byte[0])).isEqualTo(ExtendedAttributes.NOT_ASKED);
        assertThat(ExtendedAttributes.of(Selection.NOTHING, Map.of())).isEqualTo(ExtendedAttributes.NOT_ASKED);
    }
}
