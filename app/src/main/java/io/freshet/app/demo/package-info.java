/** The demo: everything Freshet needs, on one machine, without any configuration. */
@NullMarked
package io.freshet.app.demo;

import org.jspecify.annotations.NullMarked;
