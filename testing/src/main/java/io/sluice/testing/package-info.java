/** What the tests of all modules share. */
@NullMarked
package io.sluice.testing;

import org.jspecify.annotations.NullMarked;
