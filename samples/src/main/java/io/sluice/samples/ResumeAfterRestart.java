package io.sluice.samples;

import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.ResumeToken;
import io.sluice.client.StreamFollower;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * Counts the bytes of a stream, and goes on after a restart. The result and the place up to which it holds are one file,
 * which is replaced whole: so a process that dies at any moment has counted nothing twice and left nothing out.
 */
public final class ResumeAfterRestart {
    private ResumeAfterRestart() {}

    /** Takes the host and port of a server, the file for the result, and the entry to end before. */
    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            throw new IllegalArgumentException("Usage: ResumeAfterRestart HOST PORT FILE UNTIL");
        }
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        run(server, Path.of(args[2]), Long.parseLong(args[3]), System.out);
    }

    /** Goes on where the file says, until the last wanted entry was counted. */
    public static void run(InetSocketAddress server, Path file, long until, PrintStream out) throws IOException {
        FollowFrom from = FollowFrom.entry(0);
        long bytes = 0;
        if (Files.exists(file)) {
            List<String> stored = Files.readAllLines(file);
            bytes = Long.parseLong(stored.get(0));
            from = FollowFrom.token(ResumeToken.parse(stored.get(1)));
        }
        try (StreamFollower follower = StreamFollower.open(server, from, FollowOptions.defaults())) {
            out.println("going on with entry " + follower.progress().nextNumber() + " after " + bytes + " bytes");
            while (follower.progress().nextNumber() < until) {
                EntryBatch batch = follower.next(Duration.ofSeconds(1));
                if (batch != null) {
                    bytes += FollowStream.countBytes(batch);
                    replace(file, bytes + "\n" + batch.resumeToken() + "\n");
                }
            }
        } catch (PlaceLost e) {
            out.println("The result is of a stream that is not there any more, up to entry " + (e.nextNumber() - 1));
            throw e;
        }
        out.println(bytes + " bytes");
    }

    /** The old content or the new one, also after a power cut. */
    private static void replace(Path file, String content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
