package io.sluice.testing;

import io.sluice.testing.FaultProxy.Fault;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a {@link FaultProxy.Builder} has gathered; the values are explained there. Immutable. */
record FaultSettings(
        long seed,
        List<Fault> faults,
        long maxBytes,
        double healthyShare,
        long healthyBytes,
        Duration stall,
        boolean again,
        int slowBytes,
        Duration slowPause,
        boolean mirrored) {

    /**
     * What happens to one connection.
     *
     * @param fault null when nothing does
     * @param afterBytes how many bytes of the server reach the client before it
     */
    record Plan(@Nullable Fault fault, long afterBytes) {}

    /** The next connection's plan. */
    Plan draw(SplittableRandom random) {
        boolean healthy = random.nextDouble() < healthyShare;
        // A connection that is refused has no bytes before its fault, let alone many.
        List<Fault> possible =
                healthy ? faults.stream().filter(fault -> fault != Fault.REFUSE).toList() : faults;
        long afterBytes = healthy ? random.nextLong(maxBytes, healthyBytes + 1) : random.nextLong(maxBytes + 1);
        return possible.isEmpty()
                ? new Plan(null, Long.MAX_VALUE / 2)
                : new Plan(possible.get(random.nextInt(possible.size())), afterBytes);
    }

    /** What happens next to a connection that has outlived a fault, if anything; at least one byte later. */
    Plan drawNext(SplittableRandom random) {
        if (!again || faults.stream().allMatch(fault -> fault == Fault.REFUSE)) {
            return new Plan(null, Long.MAX_VALUE / 2);
        }
        Plan plan = draw(random);
        while (plan.fault() == Fault.REFUSE) {
            // It has been accepted.
            plan = draw(random);
        }
        return new Plan(plan.fault(), plan.afterBytes() + 1);
    }
}
