/** What a file is at one moment: its type, size, times, owner and identity. */
@NullMarked
package io.freshet.file;

import org.jspecify.annotations.NullMarked;
