/** Byte-exact access to the local file system through the calls of POSIX and Linux. */
@NullMarked
package io.freshet.posix;

import org.jspecify.annotations.NullMarked;
