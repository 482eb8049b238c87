/** The server: what is started in which order, and stopped in the reverse of it. */
@NullMarked
package io.freshet.app.server;

import org.jspecify.annotations.NullMarked;
