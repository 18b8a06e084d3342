/**
 * The stream file: how operations get into it, how committed entries are found and read, and what makes both survive a
 * crash. {@link io.sluice.storage.DataStream} is the way in; {@link io.sluice.storage.StreamView} is what readers see.
 */
@NullMarked
package io.sluice.storage;

import org.jspecify.annotations.NullMarked;
