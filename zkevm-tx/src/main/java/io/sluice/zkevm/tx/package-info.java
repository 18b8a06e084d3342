/**
 * The signed transactions that the zkEVM's stream carries, taken apart. A module of its own, since it needs libraries
 * that nobody else does; see docs/adr/0023.
 */
@NullMarked
package io.sluice.zkevm.tx;

import org.jspecify.annotations.NullMarked;
