package io.sluice.source;

import io.sluice.core.SourceRequest;
import java.io.IOException;

/**
 * Sends what there is to deliver, over whichever connection there is.
 *
 * <p><b>Threading:</b> a thread of its own, which waits when the server takes nothing.
 */
record Sender(Delivery delivery) implements Runnable {
    @Override
    public void run() {
        Delivery.Load load = delivery.take();
        while (load != null) {
            try {
                for (SourceRequest request : load.requests()) {
                    load.link().send(request);
                }
                load.link().send(load.slices());
            } catch (IOException | RuntimeException e) {
                delivery.lost(load.link(), e);
            } catch (Error e) {
                // Of memory, say: another connection sends what this one did not.
                delivery.lost(load.link(), new IOException("sending failed: " + e, e));
            }
            load = delivery.take();
        }
    }
}
