package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.systemtests.DocsMarkdown.Block;
import io.sluice.systemtests.DocsMarkdown.Link;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documentation refers to is there: pages, headings, tests. */
class DocsLinksTest {
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.~/])/(home|root|work|workspace|tmp|Users|mnt|opt|srv)/|[A-Z]:\\\\|file://");
    private static final Pattern NAMED_TEST = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");
    private static final Set<String> LANGUAGES = Set.of("java", "sh", "text", "hex", "xml");

    private final List<DocsMarkdown> pages = DocsMarkdown.all();

    @Test
    void thePagesThatUsersAreSentToAreThere() {
        assertThat(pages.stream().map(page -> page.place(0)))
                .contains("README.md:0", "CONTRIBUTING.md:0", "CHANGELOG.md:0", "docs/protocol.md:0");
    }

    @Test
    void everyRelativeLinkAndItsAnchorResolve() {
        List<String> broken = new ArrayList<>();
        for (DocsMarkdown page : pages) {
            for (Link link : page.links()) {
                if (!link.target().matches("https?://.*") && !resolves(page, link.target())) {
                    broken.add(page.place(link.line()) + ": " + link.target());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean resolves(DocsMarkdown page, String target) {
        int sign = target.indexOf('#');
        String file = sign < 0 ? target : target.substring(0, sign);
        Path path =
                file.isEmpty() ? page.path() : page.path().resolveSibling(file).normalize();
        if (file.startsWith("/") || !path.startsWith(DocsMarkdown.HOME) || !Files.exists(path)) {
            return false;
        }
        return sign < 0 || DocsMarkdown.read(path).anchors().contains(target.substring(sign + 1));
    }

    @Test
    void everyPageInDocsIsLinkedFromSomewhere() {
        List<Path> linked = new ArrayList<>();
        for (DocsMarkdown page : pages) {
            for (Link link : page.links()) {
                linked.add(page.path()
                        .resolveSibling(link.target().replaceFirst("#.*", ""))
                        .normalize());
            }
        }
        assertThat(linked)
                .containsAll(pages.stream()
                        .map(DocsMarkdown::path)
                        .filter(path -> path.startsWith(DocsMarkdown.HOME.resolve("docs")))
                        .toList());
    }

    @Test
    void noPageKnowsTheMachineItWasWrittenOn() {
        List<String> found = new ArrayList<>();
        for (DocsMarkdown page : pages) {
            List<String> lines = DocsMarkdown.lines(page.path());
            for (int i = 0; i < lines.size(); i++) {
                if (MACHINE_PATH.matcher(lines.get(i)).find()) {
                    found.add(page.place(i + 1) + ": " + lines.get(i));
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void everyTestThatAPageNamesIsThere() {
        Map<String, String> tests = new HashMap<>();
        DocsMarkdown.files(DocsMarkdown.HOME, Integer.MAX_VALUE, "Test.java")
                .filter(path -> path.toString().contains("/src/test/"))
                .forEach(path -> tests.put(
                        String.valueOf(path.getFileName()).replace(".java", ""),
                        String.join("\n", DocsMarkdown.lines(path))));
        List<String> missing = new ArrayList<>();
        int count = 0;
        for (DocsMarkdown page : pages) {
            for (int i = 0; i < page.prose().size(); i++) {
                Matcher name = NAMED_TEST.matcher(page.prose().get(i));
                while (name.find()) {
                    count++;
                    String source = tests.get(name.group(1));
                    String method = name.group(2);
                    if (source == null || (method != null && !source.contains(" " + method + "("))) {
                        missing.add(page.place(i + 1) + ": " + name.group());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).as("tests named in the pages").isGreaterThan(10);
    }

    /** So that no block escapes the tests because somebody wrote its language in another way. */
    @Test
    void everyBlockSaysWhatItIs() {
        List<String> unknown = new ArrayList<>();
        for (DocsMarkdown page : pages) {
            for (Block block : page.blocks()) {
                if (!LANGUAGES.contains(block.language())) {
                    unknown.add(page.place(block.line()) + ": ```" + block.info());
                }
            }
        }
        assertThat(unknown).isEmpty();
    }
}
