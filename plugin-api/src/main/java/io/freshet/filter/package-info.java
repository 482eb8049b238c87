/** Which paths are replicated and which may be deleted, in the rule language of rsync. */
@NullMarked
package io.freshet.filter;

import org.jspecify.annotations.NullMarked;
