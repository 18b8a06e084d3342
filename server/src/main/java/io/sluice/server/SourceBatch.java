package io.sluice.server;

import io.sluice.core.SourceMessage;
import java.util.List;

/**
 * Messages of a source that arrived together.
 *
 * @param bytes what they had on the wire, and about what they cost beside that
 */
record SourceBatch(List<SourceMessage> messages, int bytes) {}
