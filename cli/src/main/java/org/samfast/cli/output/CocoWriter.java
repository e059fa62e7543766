package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One COCO file of all images, which runs add to. What is found is noted in a journal image by image, so that a run that is
 * killed loses nothing; the file itself is rewritten, whole or not at all, when a run ends, with what journals hold.
 */
final class CocoWriter implements FormatWriter {
    private final Path target;
    private final CocoJournal journal;

    private CocoWriter(Path target, CocoJournal journal) {
        this.target = target;
        this.journal = journal;
    }

    static FormatWriter open(OutputSettings settings) throws OutputException {
        Path target = settings.folder().resolve(OutputFormat.COCO.ending(""));
        try {
            CocoIds.of(target); // says before any work that a file there is no COCO file
            return new CocoWriter(target, CocoJournal.open(target));
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

    @Override
    public void close() throws OutputException {
        try (journal) {
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
}
