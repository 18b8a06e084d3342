package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.storage.SimulatedFaults.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The simulated disk is as hostile as docs/crash-model.md says, and not more. */
final class SimulatedDiskTest {
    private static final Path FOLDER = Path.of("/simulated/stream.bin.sluice");
    private static final Path FILE = FOLDER.resolve("note");
    private static final Path OTHER = FOLDER.resolve("other");

    private SimulatedDisk disk = new SimulatedDisk();

    /** What a disk can look like after a power cut. */
    private interface Look {
        String at() throws IOException;
    }

    private interface Story {
        void run() throws IOException;
    }

    private Set<String> after(Story story, Look look) throws IOException {
        Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < 300; seed++) {
            disk = new SimulatedDisk(new Random(seed));
            disk.createFolder(FOLDER);
            disk.forceFolder(FOLDER.getParent());
            story.run();
            disk.cutPower(new Random(seed));
            seen.add(look.at());
        }
        return seen;
    }

    private void write(Path file, int value, int count) throws IOException {
        byte[] bytes = new byte[count];
        java.util.Arrays.fill(bytes, (byte) value);
        disk.openToWrite(file).write(ByteBuffer.wrap(bytes), 0);
    }

    private void force(Path file) throws IOException {
        disk.openToWrite(file).force();
    }

    /** The first byte of each sector; "none" where there is no file. */
    private String sectors(Path file) {
        if (!disk.exists(file)) {
            return "none";
        }
        StringBuilder text = new StringBuilder();
        byte[] content = disk.content(file);
        for (int at = 0; at < content.length; at += SimulatedContent.SECTOR_BYTES) {
            text.append(content[at]);
        }
        return text.toString();
    }

    @Test
    void anySectorsOfAWriteSurviveThatWasNotForced() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1024);
                            force(FILE);
                            disk.forceFolder(FOLDER);
                            write(FILE, 2, 1024);
                        },
                        () -> sectors(FILE)))
                .containsExactlyInAnyOrder("11", "12", "21", "22");
    }

    @Test
    void aNameSurvivesForSureWhenItsFolderWasForced() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                        },
                        () -> sectors(FILE)))
                .containsExactlyInAnyOrder("none", "1");
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                            disk.forceFolder(FOLDER);
                        },
                        () -> sectors(FILE)))
                .containsExactly("1");
    }

    @Test
    void aDeletedFileMayComeBack() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                            disk.forceFolder(FOLDER);
                            disk.delete(FILE);
                        },
                        () -> sectors(FILE)))
                .containsExactlyInAnyOrder("none", "1");
    }

    @Test
    void aNameThatWasMovedToLeadsToTheOldFileOrToTheNewOne() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                            disk.forceFolder(FOLDER);
                            write(OTHER, 2, 1);
                            force(OTHER);
                            disk.move(OTHER, FILE);
                        },
                        () -> sectors(FILE)))
                .containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void namesAreLostInAnyOrder() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                            write(OTHER, 2, 1);
                            force(OTHER);
                        },
                        () -> sectors(FILE) + " " + sectors(OTHER)))
                .containsExactlyInAnyOrder("1 2", "none 2", "1 none", "none none");
    }

    @Test
    void aFolderIsLostWithAllThatIsInIt() throws IOException {
        Path inner = FOLDER.resolve("inner");
        assertThat(after(
                        () -> {
                            disk.createFolder(inner);
                            write(inner.resolve("file"), 1, 1);
                            force(inner.resolve("file"));
                            disk.forceFolder(inner);
                        },
                        () -> sectors(inner.resolve("file"))))
                .containsExactlyInAnyOrder("none", "1");
        disk = new SimulatedDisk();
        disk.createFolder(inner);
        disk.forceFolder(inner.getParent());
        disk.cutPower(new Random(1));
        write(inner.resolve("file"), 1, 1);
        assertThat(sectors(inner.resolve("file"))).isEqualTo("1");
    }

    @Test
    void aFileCannotBeMadeInAFolderThatIsLost() throws IOException {
        disk.createFolder(FOLDER);
        for (int seed = 0; disk.exists(FOLDER); seed++) {
            disk.cutPower(new Random(seed));
            if (disk.exists(FOLDER)) {
                disk = new SimulatedDisk();
                disk.createFolder(FOLDER);
            }
        }
        assertThatThrownBy(() -> disk.openToWrite(FILE)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatAFailedForceLeftBehindNoLaterForceBringsToTheDisk() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                            disk.forceFolder(FOLDER);
                            write(FILE, 2, 1);
                            disk.faults().fail(Kind.FORCE, 0);
                            assertThatThrownBy(() -> force(FILE)).hasMessageContaining("Input/output");
                            force(FILE);
                        },
                        () -> sectors(FILE)))
                .containsExactlyInAnyOrder("1", "2");
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1);
                            force(FILE);
                            disk.forceFolder(FOLDER);
                            write(FILE, 2, 1);
                            disk.faults().fail(Kind.FORCE, 0);
                            assertThatThrownBy(() -> force(FILE)).hasMessageContaining("Input/output");
                            write(FILE, 2, 1);
                            force(FILE);
                        },
                        () -> sectors(FILE)))
                .containsExactly("2");
    }

    @Test
    void aWriteThatFailsMayHaveWrittenWholeSectorsFromItsBeginning() throws IOException {
        assertThat(after(
                        () -> {
                            write(FILE, 1, 1024);
                            disk.forceFolder(FOLDER);
                            disk.faults().full(Kind.WRITE, 0);
                            assertThatThrownBy(() -> write(FILE, 2, 1024)).isInstanceOf(Disk.FullException.class);
                            force(FILE);
                        },
                        () -> sectors(FILE)))
                .containsExactlyInAnyOrder("11", "21");
    }
}
