/** One delivery effort for one target and lane, from connecting to the report. */
@NullMarked
package io.freshet.run;

import org.jspecify.annotations.NullMarked;
