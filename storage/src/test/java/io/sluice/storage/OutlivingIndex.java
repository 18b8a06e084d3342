package io.sluice.storage;

import java.io.IOException;
import java.util.Random;

/** An index that outlives the process, and loses what it may when the power is cut. */
interface OutlivingIndex {
    BookmarkIndex open() throws IOException;

    /** Of what was not forced, this seed decides. */
    void cutPower(Random random);

    void killProcess();

    /** Lets so many additions fail. */
    void failAdds(int count);

    /** Whether an addition has failed since this was asked last. */
    boolean hasFailed();

    /** Whether it knows each bookmark before its mark, and nothing that is not committed. */
    void assertKnows(StreamModel model);

    /** Makes the index claim what is not so. */
    void plant(BookmarkIndex.Item item);
}
