package io.freshet.web.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a longer list.
 *
 * @param next the {@code after} of the next page; null on the last
 */
record Page<T>(List<T> items, @Nullable String next) {}
