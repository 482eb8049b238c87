/** Names of things below a source root, as the bytes that the kernel has. */
@NullMarked
package io.freshet.path;

import org.jspecify.annotations.NullMarked;
