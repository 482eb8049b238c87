/** Carrying lsyncd's configurations over into Freshet's. */
@NullMarked
package io.freshet.app.lsyncd;

import org.jspecify.annotations.NullMarked;
