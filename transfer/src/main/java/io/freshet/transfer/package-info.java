/** The ways in which files travel to a target. */
@NullMarked
package io.freshet.transfer;

import org.jspecify.annotations.NullMarked;
