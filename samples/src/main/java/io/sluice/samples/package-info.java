/** Examples that the documentation quotes. */
@NullMarked
package io.sluice.samples;

import org.jspecify.annotations.NullMarked;
