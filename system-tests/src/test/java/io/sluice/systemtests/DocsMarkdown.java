package io.sluice.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation, as far as tests look at it.
 *
 * @param path the file
 * @param blocks its fenced blocks
 * @param prose its other lines; fenced ones are blank here, so that line numbers stay
 */
record DocsMarkdown(Path path, List<Block> blocks, List<String> prose) {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");

    /** What the project's root folder is. */
    static final Path HOME =
            Path.of(System.getProperty("sluice.home", "..")).toAbsolutePath().normalize();

    /**
     * A fenced block.
     *
     * @param info what stands behind the opening fence
     * @param lines what it holds
     * @param line the number of the fence's line, from 1
     */
    record Block(String info, List<String> lines, int line) {
        String language() {
            return info.split(" ", 2)[0];
        }
    }

    /** Where a link goes to, and on which line it stands. */
    record Link(String target, int line) {}

    static DocsMarkdown read(Path path) {
        List<Block> blocks = new ArrayList<>();
        List<String> prose = new ArrayList<>();
        List<String> fenced = null;
        String info = "";
        int start = 0;
        int number = 0;
        for (String line : lines(path)) {
            number++;
            boolean fence = line.strip().startsWith("```");
            if (fence && fenced == null) {
                fenced = new ArrayList<>();
                info = line.strip().substring(3).strip();
                start = number;
            } else if (fence) {
                blocks.add(new Block(info, List.copyOf(fenced), start));
                fenced = null;
            } else if (fenced != null) {
                fenced.add(line);
            }
            prose.add(fence || fenced != null ? "" : line);
        }
        if (fenced != null) {
            throw new AssertionError(path + ":" + start + ": this block is not closed");
        }
        return new DocsMarkdown(path, blocks, prose);
    }

    /** All pages of the project. */
    static List<DocsMarkdown> all() {
        return Stream.concat(files(HOME, 1, ".md"), Stream.of("docs", "samples").flatMap(name -> {
                    return files(HOME.resolve(name), Integer.MAX_VALUE, ".md");
                }))
                .filter(path -> !path.toString().contains("/target/"))
                .sorted()
                .map(DocsMarkdown::read)
                .toList();
    }

    static Stream<Path> files(Path folder, int depth, String ending) {
        try (Stream<Path> found = Files.walk(folder, depth)) {
            return found.filter(path -> path.toString().endsWith(ending)).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(Path path) {
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Block> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    List<Link> links() {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < prose.size(); i++) {
            Matcher matcher = LINK.matcher(prose.get(i).replaceAll("`[^`]*`", "code"));
            while (matcher.find()) {
                links.add(new Link(matcher.group(1), i + 1));
            }
        }
        return links;
    }

    /** What can stand behind a {@code #} in a link to this page: its headings, as the usual renderers write them. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        for (String line : prose) {
            Matcher matcher = HEADING.matcher(line);
            if (matcher.matches()) {
                String anchor = matcher.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                String unique = anchor;
                for (int n = 1; !anchors.add(unique); n++) {
                    unique = anchor + "-" + n;
                }
            }
        }
        return anchors;
    }

    /** How messages name a place in this page. */
    String place(int line) {
        return HOME.relativize(path) + ":" + line;
    }
}
