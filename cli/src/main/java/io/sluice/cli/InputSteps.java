package io.sluice.cli;

import io.sluice.cli.InputLines.Found;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The calls that an input wants, in its order, which is checked: an operation is begun before something is added to it.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} with the line's number.
 */
final class InputSteps {
    private final InputLines lines;
    private final StepParser parser = new StepParser();
    private long openedAt;
    private boolean ended;

    InputSteps(InputLines lines) {
        this.lines = lines;
    }

    /**
     * Takes the next call.
     *
     * @param patience how long to wait for a line
     * @return null when none has come yet, or there is none any more
     */
    @Nullable
    Step next(Duration patience) {
        while (true) {
            Found found = lines.next(patience);
            if (found != Found.LINE) {
                ended = found == Found.END;
                requireNothingOpenAtEnd();
                return null;
            }
            if (!lines.isBlank()) {
                Step step = parse();
                follow(step);
                return step;
            }
        }
    }

    private Step parse() {
        try {
            return parser.parse(lines.bytes(), lines.length());
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private void follow(Step step) {
        boolean begins = step instanceof Step.Start || step instanceof Step.Truncate;
        if (begins && openedAt > 0) {
            throw wrong("the operation that line " + openedAt + " began is open still");
        }
        if (!begins && openedAt == 0) {
            throw wrong("no operation is open");
        }
        if (step instanceof Step.Start) {
            openedAt = lines.count();
        } else if (step instanceof Step.Commit || step instanceof Step.Rollback) {
            openedAt = 0;
        }
    }

    private void requireNothingOpenAtEnd() {
        if (ended && openedAt > 0) {
            throw CommandFailure.badInput("The operation that line " + openedAt + " of " + lines.name()
                    + " began is neither committed nor rolled back when the input ends.");
        }
    }

    /** What was found to be wrong with the line that was taken last. */
    CommandFailure wrong(String what) {
        return CommandFailure.badInput("Line " + lines.count() + " of " + lines.name() + ": " + what + ".");
    }

    /** Whether there is none any more. */
    boolean isAtEnd() {
        return ended;
    }

    /** Whether the calls that were taken leave an operation open. */
    boolean isOpen() {
        return openedAt > 0;
    }

    /** Where the lines come from. */
    InputLines lines() {
        return lines;
    }
}
