package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.StreamHeader;
import org.junit.jupiter.api.Test;

/** The defaults are a promise: changing one is a decision, not an accident. */
final class DataStreamOptionsTest {
    private final DataStreamOptions defaults = DataStreamOptions.defaults();

    @Test
    void theDefaultsTakeAStreamAsItIsAndForceEachCommit() {
        assertThat(defaults.version()).isEmpty();
        assertThat(defaults.systemId()).isEmpty();
        assertThat(defaults.streamType()).isEmpty();
        assertThat(defaults.forcePolicy()).isEqualTo(ForcePolicy.ALWAYS);
        assertThat(defaults.operationMemoryBytes()).isEqualTo(8 << 20);
        assertThat(defaults.newHeader()).isEqualTo(new StreamHeader(1, 1, 1, 4096, 0));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> defaults.withVersion(256)).hasMessageContaining("0 to 255, not 256");
        assertThatThrownBy(() -> defaults.withVersion(-1)).hasMessageContaining("not -1");
        assertThatThrownBy(() -> defaults.withOperationMemoryBytes(1 << 20)).hasMessageContaining("1048576");
    }
}
