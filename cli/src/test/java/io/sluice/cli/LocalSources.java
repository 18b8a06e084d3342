package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.SourceGrant;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A stream in this process in place of one behind a server. Its source can die at any call. */
final class LocalSources implements SourceConnector {
    private static final int FOR_EVER = Integer.MAX_VALUE;

    final List<SourceOptions> connected = new ArrayList<>();
    final List<Boolean> takeOvers = new ArrayList<>();
    private final Path file;
    private long lastSource;
    private int callsLeft = FOR_EVER;
    private boolean answering = true;
    private RuntimeException failure = new Killed();

    /** What a process that is killed does not catch. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    LocalSources(Path file) {
        this.file = file;
    }

    /** After so many calls each one fails, until the next connection. */
    LocalSources failingAfter(int calls, RuntimeException newFailure) {
        callsLeft = calls;
        failure = newFailure;
        return this;
    }

    /** Whether commits are answered; they are done in any case. */
    LocalSources answering(boolean newAnswering) {
        answering = newAnswering;
        return this;
    }

    /** Another source has the lease for a moment. */
    void writtenByAnother() {
        lastSource = 0;
    }

    /** Runs sluice write on it. */
    Cli.Run run(InputStream in, StopRequest stop, Object... words) {
        List<Object> all = new ArrayList<>(List.of("write", "localhost:1"));
        all.addAll(List.of(words));
        String[] args = Cli.args(all.toArray());
        return Cli.kept(
                in,
                Terminals.NONE,
                stop,
                console -> CommandTree.run(args, console, Map.of("write", told -> new WriteCommand(told, this))));
    }

    /** Runs sluice write on it, with that on standard input. */
    Cli.Run run(String input, Object... words) {
        return run(Cli.input(input), new StopRequest(), words);
    }

    /** All that is committed. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        try (DataStream stream = open()) {
            for (long i = 0; i < stream.getHeader().totalEntries(); i++) {
                entries.add(stream.getEntry(i));
            }
        }
        return entries;
    }

    DataStream open() {
        return DataStream.open(file, DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
    }

    @Override
    public SourceConnection connect(InetSocketAddress server, SourceOptions options, boolean takeOver) {
        connected.add(options);
        takeOvers.add(takeOver);
        DataStream stream = open();
        SourceGrant grant = new SourceGrant(
                connected.size(),
                options.sourceId() == lastSource,
                stream.view().committed().generation(),
                0,
                10_000,
                stream.getHeader());
        lastSource = options.sourceId();
        return new SourceConnection(new Mortal(stream), grant);
    }

    /** Hands calls on, up to a number of them. */
    private final class Mortal implements StreamSource {
        private final DataStream stream;
        private int left = callsLeft;

        Mortal(DataStream stream) {
            this.stream = stream;
            callsLeft = FOR_EVER;
        }

        private StreamSource alive() {
            if (left == 0) {
                throw failure;
            }
            left--;
            return stream;
        }

        @Override
        public void startAtomicOp() {
            alive().startAtomicOp();
        }

        @Override
        public long addStreamEntry(int entryType, byte[] data) {
            return alive().addStreamEntry(entryType, data);
        }

        @Override
        public long addStreamBookmark(Bookmark bookmark) {
            return alive().addStreamBookmark(bookmark);
        }

        @Override
        public void updateEntryData(long entryNumber, int entryType, byte[] newData) {
            alive().updateEntryData(entryNumber, entryType, newData);
        }

        @Override
        public StreamHeader commitAtomicOp() {
            return alive().commitAtomicOp();
        }

        @Override
        public CompletableFuture<StreamHeader> commitAtomicOpAsync() {
            if (left == 0 && failure instanceof StreamSourceException) {
                // It is done, and the answer is lost.
                stream.commitAtomicOp();
                return CompletableFuture.failedFuture(failure);
            }
            StreamHeader header = alive().commitAtomicOp();
            return answering ? CompletableFuture.completedFuture(header) : new CompletableFuture<>();
        }

        @Override
        public void rollbackAtomicOp() {
            alive().rollbackAtomicOp();
        }

        @Override
        public void truncate(long entryNumber) {
            boolean last = left == 1;
            alive().truncate(entryNumber);
            if (last) {
                // It is done, and nobody hears of it.
                throw failure;
            }
        }

        @Override
        public void rewriteCommittedEntry(long entryNumber, int entryType, byte[] newData) {
            alive().rewriteCommittedEntry(entryNumber, entryType, newData);
        }

        @Override
        public StreamHeader getHeader() {
            return stream.getHeader();
        }

        @Override
        public Entry getEntry(long entryNumber) {
            return stream.getEntry(entryNumber);
        }

        @Override
        public long getBookmark(Bookmark bookmark) {
            return stream.getBookmark(bookmark);
        }

        @Override
        public Entry getFirstEventAfterBookmark(Bookmark bookmark) {
            return stream.getFirstEventAfterBookmark(bookmark);
        }

        @Override
        public Iterable<byte[]> getDataBetweenBookmarks(Bookmark from, Bookmark to) {
            return stream.getDataBetweenBookmarks(from, to);
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
