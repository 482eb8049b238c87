/** What Freshet is for, tried from outside: the packaged program between real OpenSSH servers and a real PostgreSQL. */
@NullMarked
package io.freshet.acceptance;

import org.jspecify.annotations.NullMarked;
