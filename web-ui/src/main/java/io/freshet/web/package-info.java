/** The pages and the REST API through which people and programs look at Freshet and command it. */
@NullMarked
package io.freshet.web;

import org.jspecify.annotations.NullMarked;
