package org.samfast.cli.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamProcess;
import org.samfast.cli.SamProcess.Ended;

/** {@code sam download} as a process, against a mirror that has something else under the right name. */
class DownloadIT {
    private static final byte[] OTHER = new byte[200_000];

    @TempDir
    Path folder;

    private FileServer mirror;
    private Path part;

    @BeforeEach
    void serve() throws IOException {
        mirror = new FileServer(OTHER);
        part = folder.resolve("cache/models/sam_vit_b_01ec64.pth.part");
    }

    @AfterEach
    void stop() {
        mirror.close();
    }

    @Test
    void refusesAFileThatIsNotTheOneTheAuthorsPublished() throws Exception {
        Ended ended = SamProcess.in(folder).run(arguments());
        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.stdout()).isEmpty();
        assertThat(ended.errorLines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("sam: sam_vit_b_01ec64.pth: wrong checksum");
        assertThat(part).doesNotExist();
    }

    @Test
    void listsWhatIsThere() throws Exception {
        Ended ended = SamProcess.in(folder).run("download", "--list");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout().lines())
                .containsExactly(
                        "vit_t             built in",
                        "vit_b   375 MB    not here; run: sam download vit_b",
                        "vit_l   1250 MB   not here; run: sam download vit_l",
                        "vit_h   2565 MB   not here; run: sam download vit_h");
    }

    @Test
    void ctrlCKeepsThePartAndASecondSamThatWaitedGoesOnFromIt() throws Exception {
        assumeFalse(SamProcess.ignoresCtrlC(), "this process and so its children ignore Ctrl-C");
        mirror.first(FileServer.stallAfter(50_000));
        Process first = start("first");
        await(() -> Files.exists(part) && Files.size(part) > 0);
        Process second = start("second");
        await(() -> Files.readString(folder.resolve("second.err")).contains("another sam is downloading"));
        interrupt(first);
        assertThat(first.waitFor()).isEqualTo(130);
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(mirror.requests()).last().asString().matches("/sam/\\S+ bytes=[1-9]\\d*- if \"v1\"");
    }

    private Process start(String name) throws IOException {
        return SamProcess.in(folder).start(folder.resolve(name + ".out"), folder.resolve(name + ".err"), arguments());
    }

    private String[] arguments() {
        return new String[] {"download", "vit_b", "--mirror", mirror.base().toString()};
    }

    private static void interrupt(Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-INT", "" + process.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited a minute").isLessThan(end);
            Thread.sleep(50);
        }
    }
}
