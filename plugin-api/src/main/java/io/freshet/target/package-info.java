/** The door to a target: connecting, looking at what it holds, and changing it path by path. */
@NullMarked
package io.freshet.target;

import org.jspecify.annotations.NullMarked;
