package org.samfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.MaskTree;
import org.samfast.cli.output.ResultJson;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.everything.AutomaticMaskGenerator;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.everything.AutomaticMasks;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;

/** What everything mode does with one image: read, ask on all points, write, say so. */
final class EverythingRun implements ImageBatch.Work<Path> {
    /** Images at a time on a device that is given several: it works on one while the host reads and writes others. */
    private static final int IN_FLIGHT = 4;

    private final ModelSession session;
    private final AutomaticMaskOptions options;
    private final MaskTree tree;
    private final long maxPixels;
    private final boolean json;
    private final StatusLine progress;
    private final boolean verbose;
    private final AtomicReference<@Nullable StepTimes> ofFirst;

    /** @param json whether stdout gets JSON */
    EverythingRun(
            ModelSession session,
            AutomaticMaskOptions options,
            MaskTree tree,
            long maxPixels,
            boolean json,
            StatusLine progress,
            boolean verbose) {
        this.session = session;
        this.options = options;
        this.tree = tree;
        this.maxPixels = maxPixels;
        this.json = json;
        this.progress = progress;
        this.verbose = verbose;
        ofFirst = new AtomicReference<>(new StepTimes(session.stderr(), verbose));
    }

    /** How many images to work on at a time. */
    int inFlight() {
        return Math.min(IN_FLIGHT, session.batch());
    }

    @Override
    public String name(Path image) {
        return image.toString();
    }

    @Override
    public List<String> process(Path file) throws IOException {
        StepTimes start = ofFirst.getAndSet(null);
        StepTimes times = start != null ? start : StepTimes.fromNow(session.stderr(), verbose);
        times.done("start");
        RgbImage image = ImageReader.read(file, maxPixels);
        times.done("read");
        AutomaticMaskGenerator generator = new AutomaticMaskGenerator(session.backend(), options);
        times.done("open backend");
        AutomaticMasks found = generator.generate(
                image, (decoded, all) -> progress.show(file + ": " + decoded + " of " + all + " points"));
        times.done("generate");
        progress.show(file + ": writing " + found.masks().size() + " masks");
        Path written = tree.write(file, found);
        progress.clear();
        times.done("write");
        times.print();
        int masks = found.masks().size();
        return List.of(
                json
                        ? JsonText.line(line -> write(line, file, written, masks))
                        : written + "  " + masks + (masks == 1 ? " mask" : " masks"));
    }

    private static void write(JsonGenerator json, Path image, Path written, int masks) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.toString());
        json.writeNumberField("masks", masks);
        json.writeStringField("written", written.toString());
        json.writeEndObject();
    }

    @Override
    public List<String> failed(Path image, String error) throws IOException {
        progress.clear();
        return json ? List.of(JsonText.line(line -> ResultJson.writeError(line, image, error))) : List.of();
    }
}
