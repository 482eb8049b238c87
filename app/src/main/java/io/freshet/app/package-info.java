/** Puts the parts together and runs them as one process. */
@NullMarked
package io.freshet.app;

import org.jspecify.annotations.NullMarked;
