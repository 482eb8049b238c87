/** What people command: each checked against their role, written down, and left for the other parts to act on. */
@NullMarked
package io.freshet.web.action;

import org.jspecify.annotations.NullMarked;
