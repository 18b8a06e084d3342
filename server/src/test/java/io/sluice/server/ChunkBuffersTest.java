package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ChunkBuffersTest {
    private static final int MAX = StreamCursor.MAX_CHUNK_LENGTH;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final ChunkBuffers buffers = new ChunkBuffers(allocator);

    @AfterEach
    void nothingIsHeldAfterTheClose() {
        buffers.close();
        assertThat(held()).isZero();
    }

    private long held() {
        return allocator.metric().usedDirectMemory();
    }

    @Test
    void aLargestBufferIsUsedAgainOnlyWhenAllHaveReleasedIt() {
        ByteBuf first = buffers.take(MAX).writeZero(100);
        ByteBuf slice = first.retainedSlice(10, 20);
        first.release();
        ByteBuf second = buffers.take(MAX);
        assertThat(second).isNotSameAs(first);
        slice.release();
        ByteBuf third = buffers.take(MAX);
        assertThat(third).isSameAs(first);
        assertThat(third.readableBytes()).isZero();
        assertThat(third.capacity()).isEqualTo(MAX);
        assertThat(held()).isEqualTo(2L * MAX);
        second.release();
        third.release();
    }

    @Test
    void noMoreThanAFewAreKeptHoweverManyWereInUse() {
        List<ByteBuf> taken = new ArrayList<>();
        for (int i = 0; i < 3 * ChunkBuffers.MAX_KEPT; i++) {
            taken.add(buffers.take(MAX));
        }
        taken.forEach(ByteBuf::release);
        assertThat(held()).isEqualTo((long) ChunkBuffers.MAX_KEPT * MAX);
    }

    @Test
    void smallerBuffersAreNotKept() {
        buffers.take(MAX - 1).release();
        assertThat(held()).isZero();
    }

    @Test
    void afterTheCloseNothingIsKept() {
        ByteBuf inUse = buffers.take(MAX);
        buffers.close();
        assertThat(held()).isEqualTo(MAX);
        inUse.release();
        buffers.take(MAX).release();
        assertThat(held()).isZero();
    }

    /** Sixteen bytes behind the beginning of a page is where copying can be many times slower. */
    @Test
    void memoryOfAServerIsAligned() {
        ByteBuf buffer = ChunkBuffers.ALIGNED.directBuffer(MAX, MAX);
        if (buffer.hasMemoryAddress()) {
            assertThat(buffer.memoryAddress() % 64).isZero();
        }
        buffer.release();
    }
}
