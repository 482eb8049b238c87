/** Signed evidence of checkpoints, which can be checked without Freshet's database. */
@NullMarked
package io.freshet.web.evidence;

import org.jspecify.annotations.NullMarked;
