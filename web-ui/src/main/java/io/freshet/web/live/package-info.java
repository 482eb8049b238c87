/** The stream that tells open pages which of their parts are out of date. */
@NullMarked
package io.freshet.web.live;

import org.jspecify.annotations.NullMarked;
