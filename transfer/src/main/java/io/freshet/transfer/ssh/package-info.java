/** Targets reached over SSH and SFTP. */
@NullMarked
package io.freshet.transfer.ssh;

import org.jspecify.annotations.NullMarked;
