/** What machines ask: metrics for Prometheus, and whether this process lives and is ready. */
@NullMarked
package io.freshet.web.monitoring;

import org.jspecify.annotations.NullMarked;
