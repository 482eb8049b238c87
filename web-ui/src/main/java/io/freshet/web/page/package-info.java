/** The pages that people look at. */
@NullMarked
package io.freshet.web.page;

import org.jspecify.annotations.NullMarked;
