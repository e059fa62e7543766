package org.samfast.cli.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.model.ModelCache;
import org.samfast.cli.model.ModelException;
import org.samfast.cli.model.PublishedModel;
import org.samfast.file.Sha256;

class DownloaderTest {
    private static final byte[] CONTENT = bytes(300_000, 1);

    private static final String RESUMED_V1 = "/sam/small.pth bytes=[1-9]\\d*- if \"v1\"";

    @TempDir
    Path folder;

    private FileServer server;
    private PublishedModel model;
    private Path file;
    private final StringWriter remarks = new StringWriter();

    @BeforeEach
    void serve() throws Exception {
        server = new FileServer(CONTENT);
        model = new PublishedModel("small", "small.pth", CONTENT.length, Sha256.of(CONTENT));
        file = new ModelCache(folder).file(model);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fetchesTheFileAndLeavesNothingElseButTheLock() throws Exception {
        assertThat(fetch()).isEqualTo(file).hasBinaryContent(CONTENT);
        assertThat(names()).containsExactlyInAnyOrder("small.pth", "small.pth.lock");
    }

    @Test
    void leavesARightFileAlone() throws Exception {
        fetch();
        fetch();
        assertThat(server.requests()).hasSize(1);
        assertThat(remarks.toString()).contains("small is there already");
    }

    @Test
    void replacesAWrongFile() throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "not a model");
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(remarks.toString()).contains("small is there with a wrong checksum: downloading it again");
    }

    @Test
    void goesOnWhereTheConnectionWasCut() throws Exception {
        server.first(FileServer.cutAfter(100_000));
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().getLast()).matches(RESUMED_V1);
    }

    @Test
    void goesOnWhereAnEarlierRunStopped() throws Exception {
        server.first(FileServer.cutAfter(100_000), FileServer.status(404));
        assertThatThrownBy(this::fetch).isInstanceOf(ModelException.class);
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests().getLast()).matches(RESUMED_V1);
    }

    @Test
    void comparesTheChecksumOfAFileThatWasWholeWhenTheLastRunStopped() throws Exception {
        Files.createDirectories(file.getParent());
        Files.write(file.resolveSibling("small.pth.part"), CONTENT);
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void goesOnAfterASilence() throws Exception {
        server.first(FileServer.stallAfter(50_000));
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests().getLast()).matches(RESUMED_V1);
    }

    @Test
    void startsAgainWhereTheServerKnowsNoRanges() throws Exception {
        server.first(FileServer.cutAfter(100_000), FileServer.whole());
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
    }

    @Test
    void startsAgainWhereTheFileOnTheServerChanged() throws Exception {
        server.first(FileServer.cutAfter(100_000), FileServer.status(404));
        server.replace(bytes(CONTENT.length, 2), "\"v0\"");
        assertThatThrownBy(this::fetch).isInstanceOf(ModelException.class);
        server.replace(CONTENT, "\"v1\"");
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests().getLast()).matches("/sam/small.pth bytes=[1-9]\\d*- if \"v0\"");
    }

    @Test
    void startsAgainWhereTheServerSendsAnotherPart() throws Exception {
        server.first(FileServer.cutAfter(100_000), FileServer.wrongRange());
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests().getLast()).isEqualTo("/sam/small.pth");
    }

    @Test
    void triesAgainWhereTheServerIsBusy() throws Exception {
        server.first(FileServer.status(503), FileServer.status(429));
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
    }

    @Test
    void saysThatNothingIsKeptWhereNothingCame() {
        server.first(busy(), busy(), busy());
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ModelException.class)
                .hasMessageEndingWith("(503); nothing was received: run it again later");
    }

    @Test
    void givesUpAfterSomeAttemptsWithoutAByteAndKeepsWhatItHas() throws Exception {
        server.first(FileServer.cutAfter(100_000), busy(), busy(), busy());
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ModelException.class)
                .hasMessage(server.base() + "small.pth: the server is not able to answer now (503);"
                        + " what was received is kept: run it again to go on");
        assertThat(Files.size(file.resolveSibling("small.pth.part"))).isPositive();
    }

    @Test
    void removesAFileWithAWrongChecksum() throws Exception {
        server.first(FileServer.corrupt());
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("small.pth: wrong checksum: expected SHA-256 " + model.sha256() + ", got ")
                .hasMessageEndingWith(" (300000 bytes); it was removed: run it again, or use another --mirror");
        assertThat(names()).containsExactly("small.pth.lock");
    }

    @Test
    void followsARedirect() throws Exception {
        server.first(FileServer.redirect("/elsewhere/small.pth"));
        fetch();
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests()).containsExactly("/sam/small.pth", "/elsewhere/small.pth");
    }

    @Test
    void endsACircleOfRedirects() {
        FileServer.Behaviour circle = FileServer.redirect("/sam/small.pth");
        server.first(circle, circle, circle, circle, circle, circle, circle, circle);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("refused: it redirects from");
    }

    @Test
    void saysThatTheFileIsNotThere() {
        server.first(FileServer.status(404));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ModelException.class)
                .hasMessage(server.base() + "small.pth: not found (404); is the --mirror right?");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void refusesAFileThatIsFarTooLarge() {
        server.first(FileServer.announcing(1_000_000_000_000_000L));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(ModelException.class)
                .hasMessage("small.pth: expected 300000 bytes, the server offers 1000000000000000;"
                        + " is the --mirror right?");
    }

    @Test
    void saysThatTheDiskIsTooSmallBeforeItAsksTheServer() {
        PublishedModel huge = new PublishedModel("huge", "huge.pth", 1L << 60, model.sha256());
        assertThatThrownBy(() -> downloader(server.base(), ProxyRoute.direct()).fetch(huge))
                .isInstanceOf(ModelException.class)
                .hasMessageMatching(".*models: 1152921504606 MB are needed, \\d+ MB are free;"
                        + " make room, or set SAM_CACHE_DIR to another folder");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void saysThatNobodyAnswers() throws Exception {
        URI closed = URI.create("http://127.0.0.1:" + closedPort() + "/");
        assertThatThrownBy(() -> downloader(closed, ProxyRoute.direct()).fetch(model))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("cannot reach " + closed.getAuthority() + ": ")
                .hasMessageContaining("--proxy HOST:PORT");
    }

    @Test
    void asksTheProxyForTheAddressOfTheServer() throws Exception {
        ProxyRoute route = ProxyRoute.through("127.0.0.1:" + server.port());
        downloader(URI.create("http://models.invalid/sam/"), route).fetch(model);
        assertThat(file).hasBinaryContent(CONTENT);
        assertThat(server.requests()).containsExactly("http://models.invalid/sam/small.pth");
    }

    private Path fetch() throws IOException {
        return downloader(server.base(), ProxyRoute.direct()).fetch(model);
    }

    private Downloader downloader(URI base, ProxyRoute route) {
        DownloadSettings settings = new DownloadSettings(base, route, Duration.ofSeconds(1), 3, Duration.ofMillis(1));
        return new Downloader(new ModelCache(folder), settings, new PrintWriter(remarks, true));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(file.getParent())) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static FileServer.Behaviour busy() {
        return FileServer.status(503);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
