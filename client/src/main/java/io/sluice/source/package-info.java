/**
 * The stream source of another process: {@link io.sluice.source.RemoteStreamSource} writes into a server over TCP. It needs
 * nothing but the JDK.
 */
@NullMarked
package io.sluice.source;

import org.jspecify.annotations.NullMarked;
