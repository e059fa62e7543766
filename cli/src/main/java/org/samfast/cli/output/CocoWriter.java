package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * One COCO file of all images, which runs add to. What is found is noted in a journal image by image, so that a run that is
 * killed loses nothing; the file itself is rewritten, whole or not at all, when a run has left no image undone, with what journals hold. Until
 * then nothing gets an id, so that a run that was stopped and resumed ends with the ids of an undisturbed one.
 */
final class CocoWriter implements FormatWriter {
    private final Path target;
    private final CocoJournal journal;
    private final Set<String> known;

    private CocoWriter(Path target, CocoJournal journal, Set<String> known) {
        this.target = target;
        this.journal = journal;
        this.known = known;
    }

    static FormatWriter open(OutputSettings settings) throws OutputException {
        Path target = settings.folder().resolve(OutputFormat.COCO.ending(""));
        try {
            Set<String> known = CocoIds.of(target).images(); // says before any work that a file there is no COCO file
            CocoJournal journal = CocoJournal.open(target);
            known.addAll(journal.images().keySet());
            return new CocoWriter(target, journal, known);
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }

    /** How the file calls an image: as the command line does, with slashes. */
    static String fileName(Path image) {
        return image.normalize().toString().replace('\\', '/');
    }

    @Override
    public void write(ImageResult image) throws OutputException {
        try {
            journal.add(JsonText.line(json -> record(json, image)));
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }

    private static void record(JsonGenerator json, ImageResult image) throws IOException {
        json.writeStartObject();
        json.writeStringField("file_name", fileName(image.file()));
        json.writeNumberField("width", image.size().width());
        json.writeNumberField("height", image.size().height());
        json.writeArrayFieldStart("annotations");
        for (MaskResult mask : image.masks()) {
            json.writeStartObject();
            json.writeStringField(CocoRecord.CATEGORY, mask.category());
            RleJson.measures(json, mask);
            json.writeNumberField("iscrowd", 0);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** As it was when this was opened. */
    @Override
    public boolean knows(Path image) {
        return known.contains(fileName(image));
    }

    @Override
    public void finish() throws OutputException {
        try {
            if (!journal.isEmpty()) {
                CocoMerge merge = new CocoMerge(target, journal);
                OutputFile.write(target, merge::writeTo);
                journal.clear();
            }
        } catch (OutputException e) {
            throw e;
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }

    @Override
    public void close() throws OutputException {
        try {
            journal.close();
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }
}
