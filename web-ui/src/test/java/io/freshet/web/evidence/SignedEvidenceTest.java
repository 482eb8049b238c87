package io.freshet.web.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.FreshetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SignedEvidenceTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path directory;

    private EvidenceKey key;

    @BeforeEach
    void key() {
        key = EvidenceKey.in(directory.resolve("checkpoint-key"));
    }

    private String signed() {
        ObjectNode evidence = JSON.createObjectNode();
        evidence.put("format", SignedEvidence.FORMAT).put("label", "release 7").put("seq", 1099511627776L);
        evidence.putArray("targets")
                .addObject()
                .put("target", "web1")
                .put("completedAt", "2026-01-02T03:04:05Z")
                .put("digest", (String) null);
        return SignedEvidence.sign(evidence, key).toString();
    }

    private static String verify(String document, String pem) {
        return SignedEvidence.verify(document.getBytes(StandardCharsets.UTF_8), pem)
                .path("label")
                .asString();
    }

    @Test
    void whatWasSignedFitsHoweverItIsLaidOut() {
        String document = signed();
        assertThat(verify(document, null)).isEqualTo("release 7");
        assertThat(verify(document, key.publicPem())).isEqualTo("release 7");
        assertThat(verify(JSON.readTree(document).toPrettyString(), key.publicPem()))
                .isEqualTo("release 7");
        assertThat(verify(document.replace("release", "rele\\u0061se"), null)).isEqualTo("release 7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "release 7|release 8|was changed",
                "1099511627776|1099511627777|was changed",
                "2026-01-02T03:04:05Z|2026-01-02T03:04:04Z|was changed",
                "\"digest\":null|\"digest\":\"\"|was changed",
                "\"target\":|\"other\":1,\"target\":|was changed",
                "\"label\":|\"label\":\"release 8\",\"label\":|no JSON",
                "1099511627776|1099511627776.0|no value like",
                "freshet-checkpoint-1|freshet-checkpoint-2|no evidence",
                "\"value\":\"|\"value\":\"!|was changed",
                "BEGIN PUBLIC KEY|BEGIN KEY|no Ed25519",
            })
    void whatWasChangedIsRefused(String old, String now, String why) {
        String document = signed();
        assertThat(document).contains(old);
        assertThatThrownBy(() -> verify(document.replace(old, now), null))
                .isInstanceOf(FreshetException.class)
                .hasMessageContaining(why);
    }

    @Test
    void whatAnotherKeySignedIsRefused() {
        String other = EvidenceKey.in(directory.resolve("other")).publicPem();
        assertThatThrownBy(() -> verify(signed(), other)).hasMessageContaining("another key");
    }

    @Test
    void theKeyIsMadeOnceAndIsTheOwnersAlone() throws Exception {
        Path file = directory.resolve("checkpoint-key");
        String pem = key.publicPem();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(EvidenceKey.in(file).publicPem()).isEqualTo(pem);
        assertThat(verify(
                        SignedEvidence.sign(
                                        JSON.createObjectNode()
                                                .put("format", SignedEvidence.FORMAT)
                                                .put("label", "x"),
                                        EvidenceKey.in(file))
                                .toString(),
                        pem))
                .isEqualTo("x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> EvidenceKey.in(file).publicPem()).hasMessageContaining("chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String another = EvidenceKey.in(directory.resolve("other")).publicPem();
        Files.writeString(file, Files.readString(file).replace(pem, another));
        assertThatThrownBy(() -> EvidenceKey.in(file).publicPem()).hasMessageContaining("do not belong together");
    }

    @Test
    void theCanonicalFormIsThatOfRfc8785() {
        String text = "{\"b\": [1, -2, true, null], \"a\\u20ac\\\"\\\\\": \"\\u001f\\n\\u007f/\\u00e9\", \"B\": {} }";
        assertThat(new String(CanonicalJson.of(JSON.readTree(text)), StandardCharsets.UTF_8))
                .isEqualTo("{\"B\":{},\"a\u20ac\\\"\\\\\":\"\\u001f\\n\u007f/\u00e9\",\"b\":[1,-2,true,null]}");
        assertThatThrownBy(() -> CanonicalJson.of(JSON.readTree("\"\\ud800\""))).hasMessageContaining("no Unicode");
    }
}
