package io.sluice.cli;

/**
 * Which block or batch is meant.
 *
 * @param number unsigned
 * @param latest whether the last one is meant instead
 */
record ZkevmPlace(long number, boolean latest) {
    static final ZkevmPlace LATEST = new ZkevmPlace(0, true);
}
