package org.samfast.cli.output;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a COCO file is still to be told: a line of JSON per image, {@code file_name, width, height, annotations}. Lies beside
 * the file as {@code .coco.json.journal} until a run ends well; one process at a time holds it.
 */
final class CocoJournal implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private CocoJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens the journal of a COCO file, with what an earlier run left in it. */
    static CocoJournal open(Path target) throws IOException {
        Path file = target.resolveSibling("." + target.getFileName() + ".journal");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        // gone where the other sam ended just now: what is locked then is no longer a file
        if (lock(channel) == null || !Files.exists(file)) {
            channel.close();
            throw new IOException("another sam is writing it; wait for that one or choose another --out");
        }
        CocoJournal journal = new CocoJournal(file, channel);
        journal.cutTornLine();
        return journal;
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    /** A run that was killed may have left half a line at the end. */
    private void cutTornLine() throws IOException {
        long end = channel.size();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (end > 0) {
            channel.read(one.clear(), end - 1);
            if (one.get(0) == '\n') {
                break;
            }
            end--;
        }
        channel.truncate(end);
    }

    boolean isEmpty() throws IOException {
        return channel.size() == 0;
    }

    /** Adds an image's line, of one piece. */
    synchronized void add(String line) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
        long end = channel.size();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, channel.size());
            }
        } catch (IOException e) {
            channel.truncate(end); // a full disk must not leave half a line before the next
            throw e;
        }
    }

    /** Where a line lies, without its end. */
    record Line(long offset, int length) {}

    /** For each image its last line, which counts; by their names, so that the order in which they came does not matter. */
    SortedMap<String, Line> images() throws IOException {
        SortedMap<String, Line> images = new TreeMap<>();
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(0)), 1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long offset = 0;
        for (int read = in.read(); read >= 0; read = in.read()) {
            if (read == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                images.put(CocoRecord.parse(text).fileName(), new Line(offset, line.size()));
                offset += line.size() + 1;
                line.reset();
            } else {
                line.write(read);
            }
        }
        return images;
    }

    /** What a line says. */
    CocoRecord record(Line line) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(line.length());
        while (bytes.hasRemaining() && channel.read(bytes, line.offset() + bytes.position()) >= 0) {
            // until it is whole
        }
        return CocoRecord.parse(StandardCharsets.UTF_8.decode(bytes.flip()).toString());
    }

    /** Forgets everything, once it is in the COCO file. */
    void clear() throws IOException {
        channel.truncate(0);
    }

    /** Lets go of it; an empty one leaves nothing behind. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (isEmpty()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
