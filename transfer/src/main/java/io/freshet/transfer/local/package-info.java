/** Targets that are directories of this machine. */
@NullMarked
package io.freshet.transfer.local;

import org.jspecify.annotations.NullMarked;
