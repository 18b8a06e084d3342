package io.sluice.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small file system in memory for one process. It is mounted in a name space of that process: it is gone with it, and
 * others see it only by the process's eyes.
 */
final class SmallDisk {
    private final Path folder;
    private final int megabytes;

    /** @param folder an empty one, where the process is to find it */
    SmallDisk(Path folder, int megabytes) {
        this.folder = folder;
        this.megabytes = megabytes;
    }

    /** Whether a process can mount a file system of its own here. */
    boolean isPossible() throws InterruptedException {
        List<String> command = new ArrayList<>(wrapper());
        command.add("true");
        try {
            Process probe = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor(20, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** A command that mounts it, and becomes the one that follows. */
    List<String> wrapper() {
        return List.of(
                "unshare",
                "--mount",
                "--map-root-user",
                "sh",
                "-c",
                "mount -t tmpfs -o size=" + megabytes + "m tmpfs " + folder + " && exec \"$0\" \"$@\"");
    }

    /** The folder as a process sees it that runs on it. */
    Path seenBy(Process process) throws IOException {
        Path seen = Path.of("/proc", String.valueOf(process.pid()), "root", folder.toString());
        if (!Files.isDirectory(seen)) {
            throw new IOException(seen + " is not there: the process has ended, or nobody may look.");
        }
        return seen;
    }
}
