package io.freshet.web.evidence;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.security.PublicKey;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Freshet claims of a checkpoint, and a signature over its canonical form; a JSON object with the members {@code
 * evidence} and {@code signature}. Thread-safe.
 */
public final class SignedEvidence {
    /** The member {@code format} of what is signed; another form gets another name. */
    public static final String FORMAT = "freshet-checkpoint-1";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private SignedEvidence() {}

    /** Returns {@code evidence} with a signature over it. */
    public static ObjectNode sign(ObjectNode evidence, EvidenceKey key) {
        ObjectNode signed = MAPPER.createObjectNode();
        signed.set("evidence", evidence);
        ObjectNode signature = signed.putObject("signature");
        signature.put("algorithm", Pem.ALGORITHM);
        signature.put("publicKey", key.publicPem());
        signature.put("value", Base64.getEncoder().encodeToString(key.sign(CanonicalJson.of(evidence))));
        return signed;
    }

    /**
     * Checks the signature of a document.
     *
     * @param text the document
     * @param pem the key that must have signed it; null for the one that the document itself names, which proves only that
     *     nothing was changed since whoever has that key signed it
     * @return what was signed
     * @throws FreshetException saying what is wrong, if anything is
     */
    public static JsonNode verify(byte[] text, @Nullable String pem) {
        JsonNode document = read(text);
        JsonNode evidence = document.path("evidence");
        JsonNode signature = document.path("signature");
        if (!evidence.path("format").asString("").equals(FORMAT)
                || !signature.path("algorithm").asString("").equals(Pem.ALGORITHM)) {
            throw refused("this is no evidence of a checkpoint that this version knows");
        }
        PublicKey named = named(signature);
        if (pem != null && !Pem.publicKey(pem, "the file with the key").equals(named)) {
            throw refused("the evidence is signed by another key than the one that is given");
        }
        if (!EvidenceKey.isSignedBy(named, CanonicalJson.of(evidence), decoded(signature.path("value")))) {
            throw refused("the signature does not fit: what it says was changed after it was signed");
        }
        return evidence;
    }

    private static PublicKey named(JsonNode signature) {
        try {
            return Pem.publicKey(signature.path("publicKey").asString(""), "the signature");
        } catch (FreshetException malformed) {
            throw refused(String.valueOf(malformed.getMessage()));
        }
    }

    private static JsonNode read(byte[] text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException malformed) {
            throw refused("this is no JSON document: " + malformed.getOriginalMessage());
        }
    }

    private static byte[] decoded(JsonNode value) {
        try {
            return Base64.getDecoder().decode(value.asString(""));
        } catch (IllegalArgumentException malformed) {
            return new byte[0];
        }
    }

    private static FreshetException refused(String why) {
        return new FreshetException(ErrorCode.UNSUPPORTED, why);
    }
}
