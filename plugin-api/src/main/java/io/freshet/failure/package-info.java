/** What can go wrong, and what that means for the next try. */
@NullMarked
package io.freshet.failure;

import org.jspecify.annotations.NullMarked;
