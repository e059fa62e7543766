package org.samfast.cli.download;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets one process at a time download a file. The empty lock file stays: removing it would let a third process lock
 * a new one while a second still waits for the old.
 */
final class DownloadLock implements AutoCloseable {
    private final FileChannel channel;

    private DownloadLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for its turn, saying so. */
    static DownloadLock take(Path target, PrintWriter remarks) throws IOException {
        Path lock = target.resolveSibling(target.getFileName() + ".lock");
        FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock();
        if (held == null) {
            remarks.println("another sam is downloading " + target.getFileName() + ": waiting for it ...");
            remarks.flush();
            channel.lock();
        }
        return new DownloadLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
