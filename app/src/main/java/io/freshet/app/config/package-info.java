/** The configuration file: what may be written in it, and what is said where something in it is wrong. */
@NullMarked
package io.freshet.app.config;

import org.jspecify.annotations.NullMarked;
