/** The rules under which a target is served: when, how fast, and what is held for a person. */
@NullMarked
package io.freshet.policy;

import org.jspecify.annotations.NullMarked;
