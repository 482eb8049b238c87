/** Reports: all that a run did, streamed. */
@NullMarked
package io.freshet.web.report;

import org.jspecify.annotations.NullMarked;
