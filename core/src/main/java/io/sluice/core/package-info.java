/**
 * The nouns of the data streamer and their bytes: entries, bookmarks, the stream header, commands, results, and the
 * interface that a stream source writes through. Depends on the JDK alone.
 */
@NullMarked
package io.sluice.core;

import org.jspecify.annotations.NullMarked;
