package org.samfast.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.samfast.cli.model.ModelCache;
import org.samfast.cli.model.ModelException;
import org.samfast.cli.model.PublishedModel;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.file.Sha256;

/**
 * Fetches a published checkpoint into the cache: goes on where an earlier run stopped, tries again where the network
 * fails, and lets a file appear under its name only when its checksum is right. Safe against a second process that does
 * the same.
 */
public final class Downloader {
    private final ModelCache cache;
    private final DownloadSettings settings;
    private final PrintWriter remarks;
    private final DownloadProgress progress;

    /** A downloader into that cache that says on {@code remarks} what it does. */
    public Downloader(ModelCache cache, DownloadSettings settings, PrintWriter remarks) {
        this.cache = cache;
        this.settings = settings;
        this.remarks = remarks;
        this.progress = new DownloadProgress(StatusLine.on(remarks, true));
    }

    /**
     * The file of that model, downloaded unless it is there with the right checksum.
     *
     * @throws ModelException where it cannot be had; what was received stays for the next run, unless it is wrong
     */
    public Path fetch(PublishedModel model) throws IOException {
        Path target = cache.file(model);
        makeFolder(cache.models());
        try (DownloadLock _ = DownloadLock.take(target, remarks)) {
            if (!isThere(model, target)) {
                download(model, target);
            }
        }
        return target;
    }

    private static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ModelException(
                    folder
                            + ": this folder of the cache cannot be made; set SAM_CACHE_DIR to one that you may write to",
                    e);
        }
    }

    private boolean isThere(PublishedModel model, Path target) throws IOException {
        if (!Files.exists(target)) {
            return false;
        }
        boolean right = Sha256.of(target).equals(model.sha256());
        say(model.name() + (right ? " is there already" : " is there with a wrong checksum: downloading it again"));
        return right;
    }

    private void download(PublishedModel model, Path target) throws IOException {
        PartialFile partial = new PartialFile(target);
        requireSpace(model.bytes() - partial.size());
        say("downloading " + model.name() + " (" + model.size() + ") from "
                + settings.base().resolve(model.fileName()));
        try (DownloadServer server = new DownloadServer(settings)) {
            receiveAll(model, partial, server);
        } finally {
            progress.end();
        }
        requireChecksum(model, partial);
        partial.complete();
    }

    private void requireSpace(long needed) throws IOException {
        long free = Files.getFileStore(cache.models()).getUsableSpace();
        if (free < needed) {
            throw new ModelException(cache.models() + ": " + needed / 1_000_000 + " MB are needed, " + free / 1_000_000
                    + " MB are free; make room, or set SAM_CACHE_DIR to another folder");
        }
    }

    private void receiveAll(PublishedModel model, PartialFile partial, DownloadServer server) throws IOException {
        int failures = 0;
        boolean restarted = false;
        // all of it may be there from a run that was stopped before it compared the checksum
        while (partial.size() != model.bytes()) {
            long before = partial.size();
            try {
                receive(model, partial, server);
                return;
            } catch (TransferException e) {
                failures = partial.size() > before ? 1 : failures + 1;
                retry(failures, partial, e);
            } catch (RangeException e) {
                if (restarted) {
                    throw new ModelException(
                            "the server does not send the part it is asked for; use another --mirror", e);
                }
                restarted = true;
                partial.remove();
            }
        }
    }

    private void retry(int failures, PartialFile partial, TransferException error) throws IOException {
        progress.end();
        if (failures >= settings.attempts()) {
            boolean received = partial.size() > 0;
            throw new ModelException(
                    error.getMessage()
                            + (received
                                    ? "; what was received is kept: run it again to go on"
                                    : "; nothing was received: run it again later"),
                    error);
        }
        say(error.getMessage() + "; trying again ...");
        try {
            Thread.sleep(settings.pause().multipliedBy(1L << (failures - 1)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException("the download was interrupted", e);
        }
    }

    /** One attempt: from the bytes that are there to the end. */
    private void receive(PublishedModel model, PartialFile partial, DownloadServer server) throws IOException {
        Optional<String> version = partial.version();
        try (RestOfFile rest = server.open(model.fileName(), partial.size(), version)) {
            if (rest.from() == 0) {
                partial.restart(rest.version());
            }
            long total = rest.total().orElse(model.bytes());
            requireSize(model, total);
            progress.start(model.name(), rest.from());
            try (FileChannel out = partial.append();
                    StallGuard guard = new StallGuard(rest.body(), settings.silence())) {
                copy(rest, out, total, guard);
            }
        }
    }

    /** The checksum decides what is right; this only keeps a wrong server from filling the disk. */
    private static void requireSize(PublishedModel model, long total) throws ModelException {
        if (total > 2 * model.bytes()) {
            throw new ModelException(model.fileName() + ": expected " + model.bytes() + " bytes, the server offers "
                    + total + "; is the --mirror right?");
        }
    }

    private void copy(RestOfFile rest, FileChannel out, long total, StallGuard guard) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long position = rest.from();
        for (int read = read(rest.body(), buffer); read >= 0; read = read(rest.body(), buffer)) {
            guard.alive();
            position += read;
            if (position > total) {
                throw new ModelException("the server sent more than the " + total + " bytes it announced");
            }
            write(out, ByteBuffer.wrap(buffer, 0, read));
            progress.update(position, total);
        }
        if (rest.total().isPresent() && position < total) {
            throw new TransferException("the connection ended after " + position + " of " + total + " bytes");
        }
    }

    private static int read(InputStream body, byte[] buffer) throws TransferException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new TransferException("the connection was lost (" + e.getMessage() + ")", e);
        }
    }

    private void write(FileChannel out, ByteBuffer bytes) throws ModelException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new ModelException(
                    cache.models() + ": cannot write: " + e.getMessage()
                            + "; what was received is kept: make room and run it again, or set SAM_CACHE_DIR",
                    e);
        }
    }

    private static void requireChecksum(PublishedModel model, PartialFile partial) throws IOException {
        String found = partial.sha256();
        if (!found.equals(model.sha256())) {
            long bytes = partial.size();
            partial.remove();
            throw new ModelException(
                    model.fileName() + ": wrong checksum: expected SHA-256 " + model.sha256() + ", got " + found + " ("
                            + bytes + " bytes); it was removed: run it again, or use another --mirror");
        }
    }

    private void say(String remark) {
        remarks.println(remark);
        remarks.flush();
    }
}
