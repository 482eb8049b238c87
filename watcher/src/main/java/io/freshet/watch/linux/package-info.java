/** The notification interfaces of Linux, fanotify and inotify, as the kernel defines them. */
@NullMarked
package io.freshet.watch.linux;

import org.jspecify.annotations.NullMarked;
