package io.sluice.systemtests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the main class of a test in a process of its own. */
final class SourceProcesses {
    private SourceProcesses() {}

    static Process start(Class<?> main, Path errors, String... arguments) throws IOException {
        return start(List.of(), main, errors, arguments);
    }

    /** With a command in front, which runs what follows it. */
    static Process start(List<String> wrapper, Class<?> main, Path errors, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                // The test data folder, if it is not where it usually is.
                "-Dsluice.shared=" + System.getProperty("sluice.shared", ""),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
    }
}
