package io.freshet.journal;

import io.freshet.file.BlockMap;
import io.freshet.file.ContentHash;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The block maps of what targets hold; read here, written with the delivery of the content. Thread-safe. */
public final class BlockMaps {
    private final JdbcClient jdbc;

    public BlockMaps(DataSource dataSource) {
        this(JdbcClient.create(dataSource));
    }

    BlockMaps(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the maps of those contents that have one. */
    public Map<ContentHash, BlockMap> find(Collection<ContentHash> contents) {
        Map<ContentHash, BlockMap> found = new HashMap<>();
        if (contents.isEmpty()) {
            return found;
        }
        jdbc.sql("""
                        SELECT content_hash, block_size, hashes
                        FROM block_map JOIN unnest(:contents::text[]) AS asked (hex) ON content_hash = decode(hex, 'hex')
                        """)
                .param("contents", Columns.text(contents, hash -> hash))
                .query((row, number) -> Map.entry(
                        ContentHash.of(row.getBytes("content_hash")),
                        new BlockMap(row.getInt("block_size"), row.getBytes("hashes"))))
                .list()
                .forEach(map -> found.put(map.getKey(), map.getValue()));
        return found;
    }

    /** Returns those of these contents that have a map, without reading it. */
    public Set<ContentHash> known(Collection<ContentHash> contents) {
        if (contents.isEmpty()) {
            return Set.of();
        }
        return Set.copyOf(jdbc.sql("""
                        SELECT content_hash
                        FROM block_map JOIN unnest(:contents::text[]) AS asked (hex) ON content_hash = decode(hex, 'hex')
                        """)
                .param("contents", Columns.text(contents, hash -> hash))
                .query((row, number) -> ContentHash.of(row.getBytes("content_hash")))
                .list());
    }

    /** Writes what a wave says of maps, in its transaction. */
    void record(WaveRecord wave) {
        if (wave.blockMaps.isEmpty() && wave.replacedContents.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE block_map SET replaced_at = now()
                        FROM (SELECT decode(hex, 'hex') AS content FROM unnest(:contents::text[]) AS replaced (hex)
                              ORDER BY hex) AS replaced
                        WHERE content_hash = content AND replaced_at IS NULL
                        """)
                .param("contents", Columns.text(wave.replacedContents, hash -> hash))
                .update();
        jdbc.sql("""
                        INSERT INTO block_map (content_hash, block_size, hashes)
                        SELECT decode(hex, 'hex'), block_size, hashes
                        FROM unnest(:contents::text[], :blockSizes::int[], :hashes::bytea[]) AS made (hex, block_size, hashes)
                        ORDER BY hex
                        ON CONFLICT (content_hash) DO UPDATE SET replaced_at = NULL
                        """)
                .param("contents", Columns.text(wave.blockMaps.keySet(), hash -> hash))
                .param("blockSizes", Columns.text(wave.blockMaps.values(), BlockMap::blockSize))
                .param(
                        "hashes",
                        wave.blockMaps.values().stream().map(BlockMap::hashes).toArray(byte[][]::new))
                .update();
        jdbc.sql("DELETE FROM block_map WHERE replaced_at < now() - interval '7 days'")
                .update();
    }
}
