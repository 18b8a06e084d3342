package io.sluice.storage;

/** Remembers what readers of a simulated stream are shown, at the moment when they are. */
final class Rememberer implements StreamListener {
    private final Moments moments;
    private final StreamView view;
    private final SimulatedHistory history;
    private final SimulatedFaults faults;

    Rememberer(Moments moments, StreamView view, SimulatedHistory history, SimulatedFaults faults) {
        this.moments = moments;
        this.view = view;
        this.history = history;
        this.faults = faults;
    }

    @Override
    public void committed(Committed now) {
        history.shown(now).ifPresent(shown -> moments.remember(now, shown));
    }

    @Override
    public void historyChanged(Committed now) {
        moments.remember(now, isUnchanged() ? history.model() : history.intended());
    }

    /** A change for which there was no room is told as one, too. */
    private boolean isUnchanged() {
        faults.watch(true);
        try {
            return history.model().isShownBy(view);
        } catch (StorageException e) {
            // A change that has failed halfway.
            return false;
        } finally {
            faults.watch(false);
        }
    }
}
