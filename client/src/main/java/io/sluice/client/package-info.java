/** What a consumer or a remote source needs to follow and to query a stream. */
@NullMarked
package io.sluice.client;

import org.jspecify.annotations.NullMarked;
