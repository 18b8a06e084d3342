package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.systemtests.DocsMarkdown.Block;
import io.sluice.zkevm.StreamFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of the documentation works. The {@code sh} blocks of a page are run line by line, in order, in one fresh
 * folder that holds the example stream as {@code mainnet.bin}. A line is {@code sluice} or {@code ./sluice},
 * {@code java} with a sample, {@code cp}, {@code cmp}, {@code kill %N}, or {@code mvn}, of which only the form is checked;
 * it ends with exit code 0, or with the N of a comment {@code # exit code N}. A line with {@code &} stays, and has said
 * that it is ready before the next one runs. A follow without {@code --until} is ended when it has printed. Ports that
 * begin with 69 or 79 are replaced by free ones. A block {@code text output} is what the block before it printed, figures
 * aside, and a block {@code text file=NAME} is put into that file, its ports replaced, too.
 */
class DocsCommandsTest {
    private static final String FILE = "text file=";
    private static final Pattern FIGURE = Pattern.compile("\\d[\\d.,]*");
    private static final Pattern EXPECTED = Pattern.compile("# exit code (\\d+)$");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyCommandWorks() {
        List<DynamicTest> pages = DocsMarkdown.all().stream()
                .filter(page -> !page.blocks("sh").isEmpty())
                .map(page -> DynamicTest.dynamicTest(page.place(0), () -> run(page)))
                .toList();
        assertThat(pages).as("pages with commands").hasSizeGreaterThanOrEqualTo(3);
        return pages.stream();
    }

    private void run(DocsMarkdown page) throws Exception {
        Path own =
                Files.createDirectory(folder.resolve(String.valueOf(page.path().getFileName())));
        try (DocsShell shell = new DocsShell(own)) {
            String printed = "";
            for (Block block : page.blocks()) {
                if (block.language().equals("sh")) {
                    printed = run(page, block, shell);
                } else if (block.info().equals("text output")) {
                    assertPrinted(page, block, printed);
                } else if (block.info().startsWith(FILE)) {
                    Files.write(
                            own.resolve(block.info().substring(FILE.length())),
                            block.lines().stream().map(shell::withFreePort).toList());
                }
            }
        }
    }

    private static String run(DocsMarkdown page, Block block, DocsShell shell) throws Exception {
        StringBuilder printed = new StringBuilder();
        for (int i = 0; i < block.lines().size(); i++) {
            String line = block.lines().get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                Matcher expected = EXPECTED.matcher(line);
                int exitCode = expected.find() ? Integer.parseInt(expected.group(1)) : 0;
                String command = line.replaceFirst(" +#.*", "");
                printed.append(shell.run(page.place(block.line() + i + 1) + ": " + line, command, exitCode));
            }
        }
        return printed.toString();
    }

    private static void assertPrinted(DocsMarkdown page, Block block, String printed) {
        assertThat(plain(printed))
                .as(page.place(block.line()) + ": what the commands above print")
                .containsAll(plain(String.join("\n", block.lines())));
    }

    private static List<String> plain(String text) {
        return text.lines()
                .map(line -> FIGURE.matcher(line)
                        .replaceAll("N")
                        .replaceAll("\\s+", " ")
                        .strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** An option that nobody wrote about is one that nobody finds. */
    @Test
    void everyOptionOfServeIsExplained() throws Exception {
        assertExplained("serve", "docs/operations.md", "--file", "--force", "--on-misuse");
    }

    @Test
    void everyOptionOfFollowIsExplained() throws Exception {
        assertExplained("follow", "docs/following.md", "--resume", "--whole", "--give-up-after");
    }

    @Test
    void everyOptionOfRelayIsExplained() throws Exception {
        assertExplained("relay", "docs/relay.md", "--server", "--on-divergence", "--extensions");
    }

    @Test
    void everyOptionOfWriteIsExplained() throws Exception {
        assertExplained("write", "docs/writing.md", "--resume", "--takeover", "--rate", "--tls-ca");
    }

    @Test
    void everyOptionOfImportIsExplained() throws Exception {
        assertExplained("import", "docs/zkevm.md", "--to", "--txs-per-block", "--chain-id", "--takeover");
    }

    @Test
    void everyOptionOfRepairAndSnapshotIsExplained() throws Exception {
        assertExplained("repair", "docs/operations.md", "--yes", "--system-id", "--stream-version");
        assertExplained("snapshot", "docs/operations.md", "--output", "--compress", "--force");
    }

    @Test
    void everyOptionAndFaultOfCheckIsExplained() throws Exception {
        assertExplained("check", "docs/zkevm.md", "--max-faults", "--give-up-after", "--format");
        String page = String.join("\n", DocsMarkdown.lines(DocsMarkdown.HOME.resolve("docs/zkevm.md")));
        for (StreamFault.Kind kind : StreamFault.Kind.values()) {
            assertThat(page).contains("`" + kind.code() + "`");
        }
    }

    private void assertExplained(String command, String name, String... some) throws Exception {
        List<String> known = new ArrayList<>();
        try (DocsShell shell = new DocsShell(folder)) {
            String help = shell.run(command + " --help", "sluice " + command + " --help", 0);
            OPTION.matcher(help).results().forEach(option -> known.add(option.group()));
        }
        String page = String.join("\n", DocsMarkdown.lines(DocsMarkdown.HOME.resolve(name)));

        assertThat(known).contains(some);
        assertThat(known).filteredOn(option -> !page.contains("`" + option)).isEmpty();
    }

    @Test
    void aCommandThatDoesNotWorkIsFound() throws Exception {
        try (DocsShell shell = new DocsShell(folder)) {
            List<Throwable> failures = new ArrayList<>();
            for (String line :
                    List.of("sluice info nothing.bin", "sluice serv", "rm mainnet.bin", "mvn -pl nowhere test")) {
                try {
                    shell.run(line, line, 0);
                } catch (AssertionError | IOException e) {
                    failures.add(e);
                }
            }
            assertThat(failures).hasSize(4);
        }
    }
}
