/** The journal of changes, each target's work queue and manifest, and the record of runs: all of Freshet's SQL. */
@NullMarked
package io.freshet.journal;

import org.jspecify.annotations.NullMarked;
