package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a stream was seen to hold under which generation: a client that comes back much later with any of it must not be
 * told that it still holds where it does not.
 */
final class Moments {
    private record Moment(long generation, StreamModel shown) {}

    private final Set<Moment> all = new LinkedHashSet<>();

    /** Comparisons in which an older generation was still known. */
    long known;

    /** Comparisons of a generation that was known, and of whose entries some were others or gone. */
    long changed;

    void remember(Committed now, StreamModel shown) {
        all.add(new Moment(now.generation(), shown));
    }

    void compare(StreamView view, StreamModel model) {
        long current = view.committed().generation();
        assertThat(view.unchangedBefore(current)).hasValue(-1);
        for (Moment moment : all) {
            int different = firstDifference(moment.shown(), model);
            OptionalLong unchanged = view.unchangedBefore(moment.generation());
            boolean isChanged = different < moment.shown().committed.size();
            if (unchanged.isPresent() && moment.generation() != current) {
                known++;
                changed += isChanged ? 1 : 0;
            }
            if (isChanged && unchanged.isPresent()) {
                assertThat(Long.compareUnsigned(unchanged.getAsLong(), different))
                        .as(
                                "generation %x is said to stand before %s, and differs at %d",
                                moment.generation(), Long.toUnsignedString(unchanged.getAsLong()), different)
                        .isNotPositive();
            }
        }
    }

    /** The number of the first entry that is another one now or is gone, or the count of entries if there is none. */
    private static int firstDifference(StreamModel before, StreamModel now) {
        int number = 0;
        while (number < before.committed.size()
                && number < now.committed.size()
                && Objects.equals(before.committed.get(number), now.committed.get(number))) {
            number++;
        }
        return number;
    }
}
