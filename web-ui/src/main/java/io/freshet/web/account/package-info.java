/** Who may sign in, how, and what each role may do. */
@NullMarked
package io.freshet.web.account;

import org.jspecify.annotations.NullMarked;
