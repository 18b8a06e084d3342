package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.Main;
import io.sluice.samples.EmbeddedSource;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The little that the command lines of the documentation need of a shell; see {@link DocsCommandsTest}. */
final class DocsShell implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("\\b[67]9\\d\\d\\b");
    private static final Pattern MAVEN = Pattern.compile("mvn( -\\S+| [a-z,:-]+)*");
    private static final long PATIENCE_SECONDS = 60;
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_000;
    private static final int PORT_ATTEMPTS = 100;

    private final Path folder;
    private final Map<String, String> ports = new HashMap<>();
    /** Those that go on, by the numbers that a shell gives them. */
    private final NavigableMap<Integer, Job> jobs = new TreeMap<>();

    private int count;

    /** A process that goes on, and what it wrote. */
    private record Job(Process process, Path output, String place, boolean sluice) {}

    /** Begins with the example stream in the folder. */
    DocsShell(Path folder) {
        this.folder = folder;
        EmbeddedSource.run(folder.resolve("mainnet.bin"), new PrintStream(OutputStream.nullOutputStream()));
    }

    /** Runs a line, and returns what it printed; nothing when it goes on. */
    String run(String place, String line, int exitCode) throws IOException, InterruptedException {
        boolean stays = line.endsWith("&");
        List<String> words = List.of(
                (stays ? line.substring(0, line.length() - 1) : line).strip().split(" +"));
        switch (words.get(0)) {
            case "mvn" -> checkMaven(place, line);
            case "cp" -> Files.copy(file(words, 1), file(words, 2), StandardCopyOption.REPLACE_EXISTING);
            case "cmp" ->
                assertThat(Files.mismatch(file(words, 1), file(words, 2)))
                        .as(place)
                        .isEqualTo(-1);
            case "kill" -> end(jobs.remove(Integer.parseInt(words.get(1).substring(1))));
            case "sluice", "./sluice", "java" -> {
                return start(place, words, stays, exitCode);
            }
            default -> throw new AssertionError(place + ": this is none of the commands that can be checked");
        }
        return "";
    }

    private Path file(List<String> words, int index) {
        return folder.resolve(words.get(index));
    }

    private String start(String place, List<String> words, boolean stays, int exitCode)
            throws IOException, InterruptedException {
        boolean endless = words.contains("follow") && !words.contains("--until") && !words.contains("--help");
        boolean sluice = !words.get(0).equals("java");
        Path output = folder.resolve("output-" + ++count + ".txt");
        Process process = new ProcessBuilder(sluice ? sluice(words) : java(words))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        Job job = new Job(process, output, place, sluice);
        if (stays) {
            jobs.put(jobs.isEmpty() ? 1 : jobs.lastKey() + 1, job);
            await(job, () -> read(job).lines().anyMatch(text -> text.startsWith("ready ")));
        } else if (endless) {
            await(job, () -> !read(job).isEmpty());
            process.destroy();
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(place)
                    .isTrue();
        } else {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as(place).isTrue();
            assertThat(process.exitValue())
                    .as("exit code of " + place + "\n" + read(job))
                    .isEqualTo(exitCode);
        }
        return stays ? "" : read(job);
    }

    private static void await(Job job, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (!job.process().isAlive() || System.nanoTime() > deadline) {
                job.process().destroyForcibly();
                throw new AssertionError(job.place() + ": ended, or was not ready in time:\n" + read(job));
            }
            Thread.sleep(20);
        }
    }

    private static String read(Job job) {
        return String.join("\n", DocsMarkdown.lines(job.output())) + (empty(job) ? "" : "\n");
    }

    private static boolean empty(Job job) {
        return job.output().toFile().length() == 0;
    }

    private static void end(Job job) throws InterruptedException {
        job.process().destroy();
        assertThat(job.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as(job.place())
                .isTrue();
        if (job.sluice()) {
            assertThat(job.process().exitValue())
                    .as("exit code of " + job.place() + "\n" + read(job))
                    .isZero();
        }
    }

    private List<String> sluice(List<String> words) {
        List<String> command = launcher(classPath());
        command.add(Main.class.getName());
        words.subList(1, words.size()).forEach(word -> command.add(withFreePort(sample(word))));
        if (words.contains("serve") && !words.contains("--port") && !words.contains("--help")) {
            command.addAll(List.of("--port", freePort("6900")));
        }
        if (words.contains("demo") && words.size() == 2) {
            command.addAll(List.of("--seconds", "1"));
        }
        return command;
    }

    /** {@code java -cp cli/target/sluice.jar samples/….java}: a sample from its source, over the command's jar. */
    private List<String> java(List<String> words) {
        assertThat(words.subList(0, 3)).containsExactly("java", "-cp", "cli/target/sluice.jar");
        List<String> command = launcher(classPath());
        command.add(DocsMarkdown.HOME.resolve(words.get(3)).toString());
        words.subList(4, words.size()).forEach(word -> command.add(withFreePort(word)));
        return command;
    }

    private static List<String> launcher(String classPath) {
        // The flags make a short-lived virtual machine start quicker, and nothing else.
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                classPath));
    }

    /** The jar, if this build has made it; before that, in the test phase, the classes that it is made from. */
    private static String classPath() {
        try {
            Path main = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path jar = main.resolveSibling("sluice.jar");
            if (Files.isRegularFile(main) && Files.exists(jar)) {
                return jar.toString();
            }
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> !entry.contains("samples"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A file of the samples is where it is, and not in the fresh folder. */
    private static String sample(String word) {
        return word.startsWith("samples/") ? DocsMarkdown.HOME.resolve(word).toString() : word;
    }

    /** With a free port in the place of each that the docs name; the same one each time. */
    String withFreePort(String word) {
        return PORT.matcher(word).replaceAll(port -> freePort(port.group()));
    }

    /** One port for each that is documented, as long as this shell is there. */
    private String freePort(String documented) {
        return ports.computeIfAbsent(documented, port -> String.valueOf(freePort()));
    }

    /** Below those that systems give to outgoing connections: one of these could take it before the server does. */
    private static int freePort() {
        for (int i = 0; i < PORT_ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT + 1);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: another one.
            }
        }
        throw new AssertionError("No port from " + FIRST_PORT + " to " + LAST_PORT + " is free.");
    }

    /** Runs nothing: that would be this test again. But what it names must be there. */
    private static void checkMaven(String place, String line) {
        assertThat(line).as(place).matches(MAVEN);
        List<String> words = List.of(line.split(" +"));
        int projects = words.indexOf("-pl");
        if (projects >= 0) {
            for (String project : words.get(projects + 1).split(",", -1)) {
                assertThat(DocsMarkdown.HOME.resolve(project).resolve("pom.xml"))
                        .as(place)
                        .exists();
            }
        }
        String pom = String.join("\n", DocsMarkdown.lines(DocsMarkdown.HOME.resolve("pom.xml")));
        words.stream()
                .filter(word -> word.startsWith("-P"))
                .forEach(profile -> assertThat(pom).as(place).contains("<id>" + profile.substring(2) + "</id>"));
    }

    @Override
    public void close() throws InterruptedException {
        for (Job job : jobs.values()) {
            if (job.process().isAlive()) {
                end(job);
            }
        }
    }
}
