package io.sluice.systemtests;

import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A stream with its server and its source in a process of its own, which writes {@link NumberedOperations} until it is
 * killed or its disk is full.
 *
 * <p>Says on standard output what it is about to do and what has been acknowledged, each before the next step: {@code ready
 * PORT TOTAL}, {@code submitting TOTAL}, {@code acknowledged TOTAL}, and {@code full TOTAL} when the disk has no room. Then
 * it deletes its ballast when it is told so by a line on standard input, and goes on.
 */
final class NumberedWriterProcess {
    private static final String BALLAST = "ballast";

    private final DataStream stream;
    private final SplittableRandom random;
    private final Path ballast;
    private final BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private NumberedWriterProcess(DataStream stream, SplittableRandom random, Path ballast) {
        this.stream = stream;
        this.random = random;
        this.ballast = ballast;
    }

    /** Arguments: the stream file, the port or 0, a seed, and how large a ballast beside the file is to be, in bytes. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        Path ballast = file.resolveSibling(BALLAST);
        int ballastBytes = Integer.parseInt(args[3]);
        if (ballastBytes > 0 && !Files.exists(file)) {
            Files.write(ballast, new byte[ballastBytes]);
        }
        DataStream stream = DataStream.open(file, DataStreamOptions.defaults());
        StreamServer server = StreamServer.start(
                ServerOptions.defaults().withPort(Integer.parseInt(args[1])), Map.of(1L, stream.view()));
        say("ready " + server.address().getPort() + " " + stream.getHeader().totalEntries());
        new NumberedWriterProcess(stream, new SplittableRandom(Long.parseLong(args[2])), ballast).write();
    }

    private void write() throws IOException {
        long first = stream.getHeader().totalEntries();
        long operation = NumberedOperations.beginningAt(first);
        if (operation < 0) {
            throw new IllegalStateException("The stream ends with entry " + (first - 1) + ", within an operation.");
        }
        while (true) {
            // Some are committed together; of these none is acknowledged without those before it.
            int count = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 1;
            try {
                first = write(operation, count, first);
                operation += count;
            } catch (DiskFull e) {
                StreamHeader header = stream.getHeader();
                first = header.totalEntries();
                operation = NumberedOperations.beginningAt(first);
                say("full " + first);
                if (told.readLine() == null) {
                    return;
                }
                Files.delete(ballast);
            }
        }
    }

    private long write(long firstOperation, int count, long firstEntry) {
        long entry = firstEntry;
        for (int i = 0; i < count - 1; i++) {
            add(firstOperation + i, entry);
            entry += NumberedOperations.size(firstOperation + i);
            say("submitting " + entry);
            var unused = stream.commitAtomicOpAsync();
        }
        add(firstOperation + count - 1, entry);
        entry += NumberedOperations.size(firstOperation + count - 1);
        say("submitting " + entry);
        say("acknowledged " + stream.commitAtomicOp().totalEntries());
        return entry;
    }

    private void add(long operation, long first) {
        stream.startAtomicOp();
        boolean isAdded = false;
        try {
            isAdded = NumberedOperations.add(stream, operation, first);
        } finally {
            if (!isAdded) {
                stream.rollbackAtomicOp();
            }
        }
        if (!isAdded) {
            throw new DiskFull("An operation was dropped that is not acknowledged yet.", new IllegalStateException());
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
