package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.Stopped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The states that a stream has been in since it was opened, is in, or may be in. */
final class SimulatedHistory {
    /** What was acknowledged. */
    private StreamModel model;

    /** What the call that runs now would make of it, if it got through. */
    private StreamModel intended;

    /** What is surely on the disk under a policy that does not force each commit. */
    private StreamModel covered;

    /** All that was acknowledged since the stream was opened. */
    private final List<StreamModel> states = new ArrayList<>();

    private final Deque<Pending> pending = new ArrayDeque<>();

    private record Pending(CompletableFuture<StreamHeader> outcome, StreamModel after) {}

    /** What became of operations on their way. */
    enum News {
        NONE,
        DROPPED,
        STOPPED
    }

    SimulatedHistory(StreamModel model) {
        this.model = model;
        this.intended = model;
        this.covered = model;
        states.add(model);
    }

    StreamModel model() {
        return model;
    }

    StreamModel intended() {
        return intended;
    }

    StreamModel covered() {
        return covered;
    }

    /** What the stream holds when all that is on its way is in. */
    StreamModel last() {
        return pending.isEmpty() ? model : pending.getLast().after();
    }

    boolean isSettled() {
        return pending.isEmpty();
    }

    void intend(StreamModel state) {
        intended = state;
    }

    /** What was intended is done, and all before it. */
    void done() {
        pending.clear();
        acknowledge(intended);
    }

    /** What was intended is on its way. */
    void submitted(CompletableFuture<StreamHeader> outcome) {
        pending.add(new Pending(outcome, intended));
    }

    private void acknowledge(StreamModel state) {
        model = state;
        states.add(state);
    }

    /** The states that the stream may be in now, seen from outside, after a crash. */
    List<StreamModel> possible() {
        List<StreamModel> possible = new ArrayList<>();
        possible.add(model);
        pending.forEach(each -> possible.add(each.after()));
        possible.add(intended);
        return possible;
    }

    /** The states that the stream may have had at any time since its last checkpoint. */
    List<StreamModel> sinceCheckpoint() {
        List<StreamModel> all = new ArrayList<>(states);
        all.addAll(possible());
        return all.subList(all.lastIndexOf(covered), all.size());
    }

    /** Which of the states that are possible now has this end; one that was just committed. */
    Optional<StreamModel> shown(Committed now) {
        return possible().stream()
                .filter(state -> state.committed.size() == now.entries() && state.end() == now.position())
                .findFirst();
    }

    /** Up to here all is on the disk. */
    void checkpoint(Committed now) {
        covered = shown(now).orElseThrow(() -> new AssertionError("a checkpoint of a state that never was: " + now));
    }

    /** Takes over what is known by now of operations on their way, in order. */
    News settle(boolean wait) {
        boolean earlierOpen = false;
        for (Pending each : List.copyOf(pending)) {
            Throwable failure = wait || each.outcome().isDone() ? failureOf(each) : null;
            boolean done = each.outcome().isDone();
            assertThat(done && earlierOpen).as("acknowledged out of order").isFalse();
            earlierOpen |= !done;
            if (failure instanceof DiskFull) {
                pending.clear();
                intended = model;
                return News.DROPPED;
            }
            if (failure instanceof Stopped) {
                return News.STOPPED;
            }
            if (failure instanceof RuntimeException unexpected) {
                throw unexpected;
            }
            if (done) {
                assertThat(each.outcome().join().totalEntries())
                        .isEqualTo(each.after().committed.size());
                acknowledge(each.after());
                pending.remove();
            }
        }
        return News.NONE;
    }

    private static Throwable failureOf(Pending each) {
        return each.outcome().handle((header, failure) -> failure).join();
    }
}
