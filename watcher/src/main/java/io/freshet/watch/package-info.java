/** Sees every change of a source tree and hands it to the journal. */
@NullMarked
package io.freshet.watch;

import org.jspecify.annotations.NullMarked;
