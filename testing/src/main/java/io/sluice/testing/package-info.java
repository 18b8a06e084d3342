/** What the tests of all modules share: the test data folder, a network that fails and a server with known faults. */
@NullMarked
package io.sluice.testing;

import org.jspecify.annotations.NullMarked;
