package io.sluice.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.sluice.core.Command;
import io.sluice.core.Result;
import io.sluice.storage.StreamView;
import java.util.function.Supplier;

/**
 * What a session that is idle answers to each command: what is looked up for it, and what is written then.
 *
 * <p><b>Threading:</b> confined to the session's loop; lookups run on a reader thread.
 */
final class Answers {
    private final ClientSession session;
    private final Channel channel;
    private final ByteBufAllocator allocator;

    /** Whether streams of this connection carry marks. */
    private boolean extended;

    Answers(ClientSession session, Channel channel) {
        this.session = session;
        this.channel = channel;
        this.allocator = channel.alloc();
    }

    boolean extended() {
        return extended;
    }

    /** Whether the server knows this command; what follows one that it does not know cannot be understood. */
    static boolean isKnown(Command command, ServerOptions options) {
        if (command instanceof Command.Extend
                || command instanceof Command.Unchanged
                || command instanceof Command.Mark) {
            return options.extensions();
        }
        return !(command instanceof Command.Unknown);
    }

    void answer(HostedStream stream, Command command) {
        StreamView view = stream.view();
        if (command instanceof Command.Header) {
            session.reply(Replies.header(allocator, view.header()));
        } else if (command instanceof Command.Entry query) {
            session.lookUp(
                    () -> view.entry(query.entryNumber()), entry -> session.reply(Replies.entry(allocator, entry)));
        } else if (command instanceof Command.FirstAfterBookmark query) {
            session.lookUp(
                    () -> Lookups.firstAfter(view, query.bookmark()),
                    entry -> session.reply(Replies.entry(allocator, entry)));
        } else if (command instanceof Command.Start start) {
            start(stream, start, () -> Lookups.start(view, start.fromEntryNumber(), stream.promised()));
        } else if (command instanceof Command.StartBookmark start) {
            start(stream, start, () -> Lookups.start(view, start.fromBookmark()));
        } else if (command instanceof Command.RangeBookmark range) {
            start(stream, range, () -> Lookups.range(view, range));
        } else if (command instanceof Command.Extend) {
            extended = true;
            session.reply(Replies.extended(allocator, StreamCursor.markOf(view.committed())));
        } else if (command instanceof Command.Unchanged query) {
            session.lookUp(
                    () -> view.unchangedBefore(query.generation()),
                    number -> session.reply(
                            number.isPresent()
                                    ? Replies.number(allocator, number.getAsLong())
                                    : Replies.result(allocator, Result.UNKNOWN_GENERATION)));
        } else {
            throw new IllegalStateException("Not a command to be answered: " + command);
        }
    }

    private void start(HostedStream stream, Command command, Supplier<StartPoint> lookup) {
        session.lookUp(lookup, point -> {
            if (!point.result().isOk()) {
                session.reply(Replies.result(allocator, point.result()));
                return;
            }
            boolean range = command instanceof Command.RangeBookmark;
            StreamCursor cursor =
                    new StreamCursor(session, channel, stream.on(channel.eventLoop()), point, extended && !range);
            if (!cursor.join()) {
                start(stream, command, lookup);
            } else if (range) {
                session.sendRange(command.streamType(), cursor, Replies.number(allocator, point.endNumber()));
            } else {
                session.stream(command.streamType(), cursor, Replies.result(allocator, Result.OK));
            }
        });
    }
}
