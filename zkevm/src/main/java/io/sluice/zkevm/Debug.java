package io.sluice.zkevm;

/** What a producer added for whoever looks at its stream; it means nothing to programs. */
public record Debug(String message) {}
