/**
 * The typed entries of the zkEVM's stream, read from and written to plain {@link io.sluice.core.Entry} values, and the
 * whole blocks and batches that they make. It does not matter where the entries come from: a server, a file, a list.
 *
 * <p>What the entries mean and how they lie is told in docs/zkevm.md.
 */
@NullMarked
package io.sluice.zkevm;

import org.jspecify.annotations.NullMarked;
