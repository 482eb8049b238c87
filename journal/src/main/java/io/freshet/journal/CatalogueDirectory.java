package io.freshet.journal;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory that was listed once.
 *
 * @param digest of its listing; null if its entries are to be compared one by one
 */
public record CatalogueDirectory(long id, @Nullable UUID digest) {}
