/** The database Freshet keeps its books in: the embedded PostgreSQL server and the schema every server must carry. */
@NullMarked
package io.freshet.database;

import org.jspecify.annotations.NullMarked;
