/** When runs start: windows, cron and on demand. */
@NullMarked
package io.freshet.schedule;

import org.jspecify.annotations.NullMarked;
